import type { Random } from '../../runtime/index.ts';

/** Bytes and texts at which things change. */
const edges = [
  '\0',
  '\x7f',
  '\x80',
  '\xff',
  '-1',
  '0',
  '2147483648',
  '9223372036854775808',
  '1e999',
  '\xed\xa0\x80',
  '\r\n',
];

/** Makes inputs out of others. */
export class Mutator {
  readonly #random: Random;
  readonly #words: readonly Buffer[];

  constructor(random: Random, words: readonly string[]) {
    this.#random = random;
    this.#words = [...edges.map((e) => Buffer.from(e, 'latin1')), ...words.map((w) => Buffer.from(w, 'latin1'))];
  }

  /** The first input with a few changes, for some of which the second one is taken apart. */
  from(input: Buffer, other: Buffer): Buffer {
    let out = input;
    for (let left = 1 + this.#random.int(5); left > 0; left--) out = this.#change(out, other);
    return out;
  }

  /** An input with a part of it repeated until it is as long as is said. */
  drawOut(input: Buffer, length: number): Buffer {
    const part = this.#part(input.length ? input : this.#word());
    const missing = length - input.length;
    if (!part.length || missing <= 0) return input;
    const at = this.#random.int(input.length + 1);
    return replaced(input, at, at, Buffer.alloc(missing, part));
  }

  #change(input: Buffer, other: Buffer): Buffer {
    const at = this.#random.int(input.length + 1);
    const upTo = at + Math.min(1 + this.#random.int(1 + this.#random.int(16)), input.length - at);
    switch (this.#random.int(8)) {
      case 0:
        return replaced(input, at, at, Buffer.from(this.#random.bytes(1 + this.#random.int(3))));
      case 1:
        return replaced(input, at, upTo, Buffer.alloc(0));
      case 2:
        return replaced(input, at, at, input.subarray(at, upTo));
      case 3:
        return replaced(input, at, upTo, this.#part(other));
      case 4: {
        const byte = (input[at] ?? 0) ^ (1 << this.#random.int(8));
        return replaced(input, at, Math.min(at + 1, input.length), Buffer.of(byte));
      }
      case 5:
        return replaced(input, at, upTo, this.#word());
      default:
        return replaced(input, at, at, this.#word());
    }
  }

  #word(): Buffer {
    return this.#words[this.#random.int(this.#words.length)]!;
  }

  #part(of: Buffer): Buffer {
    const at = this.#random.int(of.length + 1);
    return of.subarray(at, at + this.#random.int(of.length - at + 1));
  }
}

const replaced = (input: Buffer, from: number, to: number, by: Uint8Array): Buffer =>
  Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
