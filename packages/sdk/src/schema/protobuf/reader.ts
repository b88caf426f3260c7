import { DecodeError } from '../decode-error.ts';

export type WireType = 0 | 1 | 2 | 5;

/** Reads the fields of one protobuf message. Throws `DecodeError` where the bytes end early or make no sense. */
export class MessageReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  tag(): { number: number; wire: WireType } {
    const tag = Number(this.varint());
    const wire = tag & 7;
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) throw new DecodeError(`proto: illegal wireType ${wire}`);
    if (tag >>> 3 === 0) throw new DecodeError(`proto: illegal tag 0 (wire type ${wire})`);
    return { number: tag >>> 3, wire };
  }

  varint(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 64n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new DecodeError('proto: integer overflow');
  }

  double(): number {
    const at = this.#take(8);
    return this.#bytes.readDoubleLE(at);
  }

  text(): string {
    const size = this.#length();
    const at = this.#take(size);
    return this.#bytes.toString('utf8', at, at + size);
  }

  bytes(): Buffer {
    const size = this.#length();
    const at = this.#take(size);
    return this.#bytes.subarray(at, at + size);
  }

  message(): MessageReader {
    const size = this.#length();
    const at = this.#take(size);
    return new MessageReader(this.#bytes, at, at + size);
  }

  skip(wire: WireType): void {
    if (wire === 0) this.varint();
    else this.#take(wire === 1 ? 8 : wire === 5 ? 4 : this.#length());
  }

  #length(): number {
    const size = this.varint();
    if (size < 0n) throw new DecodeError('proto: negative length found during unmarshaling');
    return Number(size);
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#end) throw new DecodeError('unexpected EOF');
    this.#at += size;
    return at;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!;
  }
}
