import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Mount points at and under a directory, in the order of mounting. */
export async function mountsUnder(path: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((point) => point === path || point.startsWith(`${path}/`));
}

/** Unmounts everything at and under a directory, what was mounted last first; `lazy`: even what is still in use. */
export async function unmountUnder(path: string, { lazy = false } = {}): Promise<void> {
  for (const mounted of (await mountsUnder(path)).toReversed()) await run('umount', [...(lazy ? ['-l'] : []), mounted]);
}

// The kernel writes blanks and the like as octal.
const unescape = (text: string) =>
  text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
