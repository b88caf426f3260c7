import { deflateRawSync, inflateRawSync } from 'node:zlib';

const largeBytes = 32 * 1024;

/** Stored bytes; large ones are packed while nobody looks at them. Schemas of definitions are long and repeat themselves. */
export class Body {
  readonly size: number;
  isPacked = false;
  #bytes: Uint8Array;
  /** Packing doesn't help. */
  #isDense: boolean;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
    this.#isDense = bytes.length < largeBytes;
  }

  get bytes(): Uint8Array {
    return this.isPacked ? inflateRawSync(this.#bytes) : this.#bytes;
  }

  pack(): void {
    if (this.isPacked || this.#isDense) return;
    const packed = deflateRawSync(this.#bytes, { level: 1 });
    this.#isDense = packed.length > this.size / 2;
    if (this.#isDense) return;
    // Room of its own, and no more than that.
    this.#bytes = new Uint8Array(packed);
    this.isPacked = true;
  }
}
