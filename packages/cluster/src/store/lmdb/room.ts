import { statfsSync } from 'node:fs';
import type { Clock } from '@tiphys/sdk/runtime';

/** For what the engine keeps of its own, and for whoever else writes to the disk meanwhile. */
const reserve = 2 ** 20;
/** No disk that has this much is full so soon, whoever writes to it. */
const plenty = 2 ** 28;
const soonMs = 100;

/** The room on the disk that a file grows on. */
export class Room {
  readonly #path: string;
  readonly #clock: Clock;
  #found = 0;
  #foundAt = -Infinity;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Takes so many bytes of it for what is to be written; false when there aren't as many. */
  take(bytes: number): boolean {
    const now = this.#clock.monotonic();
    if (this.#found < plenty || now - this.#foundAt > soonMs) {
      const { bavail, bsize } = statfsSync(this.#path);
      this.#found = bavail * bsize;
      this.#foundAt = now;
    }
    if (this.#found <= reserve + bytes) return false;
    this.#found -= bytes;
    return true;
  }
}
