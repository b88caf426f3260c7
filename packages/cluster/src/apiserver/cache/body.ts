import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';

const largeBytes = 32 * 1024;

/** Off the event loop: a definition of a megabyte would hold it for ten milliseconds. */
const deflated = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);

/** One after the other, so that thousands at start-up don't take every thread from the store. */
let previous: Promise<void> = Promise.resolve();

/** Stored bytes; large ones are packed while nobody looks at them. Schemas of definitions are long and repeat themselves. */
export class Body {
  readonly size: number;
  isPacked = false;
  #bytes: Uint8Array;
  /** It has been packed or is about to be, or that doesn't help. */
  #isSettled: boolean;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
    this.#isSettled = bytes.length < largeBytes;
  }

  get bytes(): Uint8Array {
    return this.isPacked ? inflateRawSync(this.#bytes) : this.#bytes;
  }

  /** Resolves when all that is to be packed until now has been. */
  pack(): Promise<void> {
    if (!this.#isSettled) {
      this.#isSettled = true;
      previous = previous.then(() => this.#pack());
    }
    return previous;
  }

  async #pack(): Promise<void> {
    const packed = await deflated(this.#bytes, { level: 1 });
    if (packed.length > this.size / 2) return;
    // Room of its own, and no more than that.
    this.#bytes = new Uint8Array(packed);
    this.isPacked = true;
  }
}
