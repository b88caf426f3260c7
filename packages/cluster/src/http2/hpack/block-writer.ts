const initialSize = 512;
/** What one large block needed isn't kept for those after it. */
const largestKept = 16_384;
/** An integer takes no more. */
const integerBytes = 6;
/** From this length on it is faster to have a text written than to write it. */
const longText = 64;

/** The bytes of a header block, which end where the next begins to be written. */
export class BlockWriter {
  #bytes = Buffer.allocUnsafeSlow(initialSize);
  #at = 0;

  begin(): void {
    if (this.#bytes.length > largestKept) this.#bytes = Buffer.allocUnsafeSlow(initialSize);
    this.#at = 0;
  }

  /** All since `begin`; good until the next. */
  end(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** In the bits of `mask` of a byte whose others are `pattern` (RFC 7541 §5.1). */
  integer(value: number, mask: number, pattern: number): void {
    this.#reserve(integerBytes);
    if (value < mask) {
      this.#bytes[this.#at++] = pattern | value;
      return;
    }
    this.#bytes[this.#at++] = pattern | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  /** As UTF-8, and never Huffman-coded (RFC 7541 §5.2): that took longer than sending what it saves. Its length in bytes. */
  string(text: string): number {
    const { length } = text;
    if (length < longText) {
      this.#reserve(1 + length);
      const bytes = this.#bytes;
      const start = this.#at;
      bytes[start] = length;
      let i = 0;
      for (let to = start + 1; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        bytes[to++] = code;
      }
      if (i === length) {
        this.#at = start + 1 + length;
        return length;
      }
    }
    const size = Buffer.byteLength(text);
    this.integer(size, 0x7f, 0);
    this.#reserve(size);
    this.#at += this.#bytes.write(text, this.#at);
    return size;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + size));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}
