import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../../go/', import.meta.url));
const built = fileURLToPath(new URL('../../../.cache/go/', import.meta.url));

/** Why programs in Go can't be built here; nothing where they can. */
export function withoutGo(): string | undefined {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', cwd: sources });
  if (status !== 0) return 'Go is not installed (1.26 or later)';
  const [, minor = '0'] = /^go1\.(\d+)/.exec(stdout) ?? [];
  return Number(minor) < 26 ? `Go is too old: ${stdout.trim()}` : undefined;
}

/** Where a program is that was built. */
export const builtProgram = (name: string): string => `${built}${name}`;

/**
 * Builds one of the programs beside this file, and gives its path: a folder of our module, or a module of its own. The build
 * cache makes all but the first build short.
 */
export function buildProgram(
  name: string,
  { as = name, flags = [] }: { as?: string; flags?: readonly string[] } = {},
): string {
  mkdirSync(built, { recursive: true });
  const program = builtProgram(as);
  const isModule = existsSync(`${sources}${name}/go.mod`);
  const [cwd, what] = isModule ? [`${sources}${name}`, '.'] : [sources, `./${name}`];
  const { status, stderr } = spawnSync('go', ['build', ...flags, '-o', program, what], { encoding: 'utf8', cwd });
  if (status !== 0) throw new Error(`building ${name}: ${stderr}`);
  return program;
}

/** Runs one of the programs against a server: each `ok NAME` or `not ok NAME: why` that it prints is a test. */
export async function tellOf(
  t: TestContext,
  name: string,
  { kubeconfig, atLeast, env = {} }: { kubeconfig: string; atLeast: number; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const program = spawn(buildProgram(name), [], {
    env: { ...process.env, ...env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const told = (await text(program.stdout)).trim().split('\n');
  for (const line of told) {
    await t.test(line.replace(/^ok |^not ok |(?<=^not ok .*): .*/g, ''), () => assert.match(line, /^ok /));
  }
  assert.ok(told.length >= atLeast, `only ${told.length} of ${atLeast}`);
}
