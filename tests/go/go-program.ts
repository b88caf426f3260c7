import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
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

/** Builds one of the programs beside this file, and gives its path. The module's cache makes all but the first build short. */
export function buildProgram(name: string): string {
  mkdirSync(built, { recursive: true });
  const program = `${built}${name}`;
  const { status, stderr } = spawnSync('go', ['build', '-o', program, `./${name}`], { encoding: 'utf8', cwd: sources });
  if (status !== 0) throw new Error(`building ${name}: ${stderr}`);
  return program;
}
