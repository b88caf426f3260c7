/**
 * Writes a protobuf message from its end to its start: when a length is due, what it counts is written already, so nested
 * messages need neither a second pass nor buffers of their own.
 */
export class BackwardWriter {
  #buffer = Buffer.allocUnsafe(1024);
  #start = 1024;

  /** How many bytes have been written. */
  get length(): number {
    return this.#buffer.length - this.#start;
  }

  /** What has been written, in a buffer of its own. */
  finish(): Buffer {
    return Buffer.from(this.#buffer.subarray(this.#start));
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#start -= value.length;
    this.#buffer.set(value, this.#start);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#start -= length;
    this.#buffer.write(value, this.#start, length);
  }

  /** A whole number; a negative one in ten bytes, as two's complement of 64 bits. */
  varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0 || value > 0x7fffffff) return this.#long(BigInt(value));
    let size = 1;
    for (let rest = value >>> 7; rest; rest >>>= 7) size++;
    this.#reserve(size);
    let at = (this.#start -= size);
    for (; value > 0x7f; value >>>= 7) this.#buffer[at++] = (value & 0x7f) | 0x80;
    this.#buffer[at] = value;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#start -= 8;
    this.#buffer.writeDoubleLE(value, this.#start);
  }

  #long(value: bigint): void {
    const digits: number[] = [];
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80);
    digits.push(Number(rest));
    this.bytes(Uint8Array.from(digits));
  }

  #reserve(size: number): void {
    if (size <= this.#start) return;
    const written = this.length;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, written + size));
    this.#buffer.copy(larger, larger.length - written, this.#start);
    this.#buffer = larger;
    this.#start = larger.length - written;
  }
}
