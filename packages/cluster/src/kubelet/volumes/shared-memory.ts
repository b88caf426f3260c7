import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemoryMounts } from './tmpfs.ts';

/**
 * One piece of memory for the secrets of all pods, each with a directory of its own in it. A mount per volume, as upstream has it,
 * would cost every pod's start and end another process.
 */
export class SharedMemory {
  readonly #path: string;
  readonly #mounts: MemoryMounts;
  #mounted: Promise<void> | undefined;

  constructor(path: string, mounts: MemoryMounts) {
    this.#path = path;
    this.#mounts = mounts;
  }

  async directoryOf(uid: string, signal: AbortSignal): Promise<string> {
    this.#mounted ??= this.#mount(signal);
    try {
      await this.#mounted;
    } catch (err) {
      // The next one tries again.
      this.#mounted = undefined;
      throw err;
    }
    return join(this.#path, uid);
  }

  remove(uid: string): Promise<void> {
    return rm(join(this.#path, uid), { recursive: true, force: true });
  }

  async letGo(): Promise<void> {
    this.#mounted = undefined;
    await this.#mounts.unmountUnder(this.#path);
  }

  async #mount(signal: AbortSignal): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    await this.#mounts.mount(this.#path, undefined, signal);
  }
}
