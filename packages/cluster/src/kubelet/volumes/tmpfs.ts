import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mountsUnder, unmountUnder } from '../host-mounts.ts';

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
