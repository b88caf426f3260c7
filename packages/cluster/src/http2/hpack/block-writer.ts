const initialSize = 512;
/** What one large block needed isn't kept for those after it. */
const largestKept = 16_384;
/** An integer takes no more. */
const integerBytes = 6;
/** A string whose length is less has it in one byte. */
const longestOneByte = 0x7f;
/** A character (of UTF-16) takes no more as UTF-8. */
const utf8Bytes = 3;
/** Up to here it is faster to write a text than to have it written. */
const shortText = 20;

/** The bytes of a header block, which end where the next begins to be written. */
export class BlockWriter {
  #bytes = Buffer.allocUnsafeSlow(initialSize);
  #at = 0;
  /** Answers of one kind are mostly as long as one another: the view of the last serves the next. */
  #block = this.#bytes.subarray(0, 0);

  begin(): void {
    if (this.#bytes.length > largestKept) this.#use(Buffer.allocUnsafeSlow(initialSize));
    this.#at = 0;
  }

  /** All since `begin`; good until the next. */
  end(): Buffer {
    if (this.#block.length !== this.#at) this.#block = this.#bytes.subarray(0, this.#at);
    return this.#block;
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

  /** As UTF-8, and never Huffman-coded (RFC 7541 §5.2): coding takes longer than to send what it saves. Its length in bytes. */
  string(text: string): number {
    if (text.length < longestOneByte) {
      this.#reserve(1 + text.length * utf8Bytes);
      const size = write(text, this.#bytes, this.#at + 1);
      if (size < longestOneByte) {
        this.#bytes[this.#at] = size;
        this.#at += 1 + size;
        return size;
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
    this.#use(larger);
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#block = bytes.subarray(0, 0);
  }
}

function write(text: string, bytes: Buffer, start: number): number {
  const { length } = text;
  if (length > shortText) return bytes.write(text, start);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return bytes.write(text, start);
    bytes[start + i] = code;
  }
  return length;
}
