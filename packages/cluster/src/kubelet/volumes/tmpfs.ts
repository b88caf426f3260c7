import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Memory as directories; what only root may do, so tests give their own. */
export interface MemoryMounts {
  /** Mounts memory over a directory, unless it is mounted already. */
  mount(path: string, sizeBytes: number | undefined, signal: AbortSignal): Promise<void>;
  /** Unmounts everything at and under a directory. */
  unmountUnder(path: string): Promise<void>;
}

export const systemMemoryMounts: MemoryMounts = { mount, unmountUnder };

async function mount(path: string, sizeBytes: number | undefined, signal: AbortSignal): Promise<void> {
  if ((await mountsUnder(path)).includes(path)) return;
  const options = sizeBytes ? ['-o', `size=${sizeBytes}`] : [];
  await run('mount', ['-t', 'tmpfs', ...options, 'tmpfs', path], { signal });
}

/** What was mounted last first. */
async function unmountUnder(path: string): Promise<void> {
  for (const mounted of (await mountsUnder(path)).toReversed()) await run('umount', [mounted]);
}

/** Mount points at and under a directory, in the order of mounting. */
async function mountsUnder(path: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((point) => point === path || point.startsWith(`${path}/`));
}

// The kernel writes blanks and the like as octal.
const unescape = (text: string) =>
  text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
