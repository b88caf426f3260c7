import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../../go/', import.meta.url));
const built = fileURLToPath(new URL('../../../.cache/go/', import.meta.url));

/** Longer than any download that gets anywhere. */
const fetchTimeoutMs = 300_000;
/** What Go says when nobody answers where modules come from, as opposed to a program that is wrong. */
const outOfReach =
  /dial tcp|dial unix|no such host|server misbehaving|i\/o timeout|deadline exceeded|connection re(fused|set)|TLS handshake|proxyconnect|: 40[37] |: 50\d |network is unreachable|GOPROXY=off/;

/** Why these programs can't be built here; nothing where they can. */
export function withoutGo(...programs: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', cwd: sources });
  if (status !== 0) return 'Go is not installed (1.26 or later)';
  const [, minor = '0'] = /^go1\.(\d+)/.exec(stdout) ?? [];
  if (Number(minor) < 26) return `Go is too old: ${stdout.trim()}`;
  for (const program of programs) {
    const why = whyNoModules(program);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Fetches what a program is made of, where that isn't here already. */
function whyNoModules(program: string): string | undefined {
  const [cwd, what] = placeOf(program);
  const list = (env: NodeJS.ProcessEnv) =>
    spawnSync('go', ['list', '-deps', what], {
      cwd,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: fetchTimeoutMs,
      maxBuffer: 1 << 26,
    });
  if (list({ GOPROXY: 'off' }).status === 0) return undefined;
  const { status, stderr, error } = list({});
  if (status === 0) return undefined;
  // What else may be wrong, building it will tell.
  if (!error && !outOfReach.test(stderr)) return undefined;
  const [told = 'it took too long'] = stderr.split('\n').filter((line) => outOfReach.test(line));
  return `the Go modules of ${program} are not here, and can't be fetched: ${told.trim()}`;
}

/** Where a program is that was built. */
export const builtProgram = (name: string): string => `${built}${name}`;

/** A folder of our module, or a module of its own: where Go is run for it, and on what. */
const placeOf = (name: string): readonly [cwd: string, what: string] =>
  existsSync(`${sources}${name}/go.mod`) ? [`${sources}${name}`, '.'] : [sources, `./${name}`];

/** Builds one of the programs beside this file, and gives its path. The build cache makes all but the first build short. */
export function buildProgram(
  name: string,
  { as = name, flags = [] }: { as?: string; flags?: readonly string[] } = {},
): string {
  mkdirSync(built, { recursive: true });
  const program = builtProgram(as);
  const [cwd, what] = placeOf(name);
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
