import { CompressionError } from './compression-error.ts';
import { defaultTableSize, DynamicTable, type Entry, entryOverhead } from './dynamic-table.ts';
import { readHuffman } from './huffman.ts';
import { firstDynamic, staticNames, staticValues } from './static-table.ts';

const nothing = Buffer.alloc(0);
/** What an integer may take beyond its first byte: more is refused even where it is zeros (RFC 7541 §5.1). */
const integerBytes = 5;

/** Reads the header blocks of one connection, in the order in which they came (RFC 7541 §3). */
export class HeaderDecoder {
  readonly #largest: number;
  readonly #table = new DynamicTable<Entry>();
  #block: Buffer = nothing;
  #at = 0;

  /**
   * `tableSize`: bytes of the dynamic table, as our SETTINGS_HEADER_TABLE_SIZE says (4096 unless told). Until the peer's blocks
   * say another size it is 4096 in any case, as for a peer that hasn't seen our SETTINGS yet.
   */
  constructor(tableSize = defaultTableSize) {
    this.#largest = tableSize;
  }

  /**
   * Calls `field` for each header in order. Names and values as they were sent, read as latin1. Throws CompressionError.
   * What `field` throws comes out as well. After either no other block can be read.
   * `block`: a whole header block (fragments joined).
   */
  decode(block: Buffer, field: (name: string, value: string) => void): void {
    this.#block = block;
    this.#at = 0;
    while (this.#at < block.length && (block[this.#at]! & 0xe0) === 0x20) this.#resize(this.#integer(0x1f));
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if (first & 0x80) {
        const index = this.#integer(0x7f);
        if (index < firstDynamic && index > 0) field(staticNames[index]!, staticValues[index]!);
        else {
          const { name, value } = this.#entry(index);
          field(name, value);
        }
        continue;
      }
      if ((first & 0xe0) === 0x20) throw new CompressionError('the table is resized within a header block');
      // Indexed from now on, or not, or never: the last two differ only for who passes a header on.
      const isIndexed = (first & 0x40) !== 0;
      const index = this.#integer(isIndexed ? 0x3f : 0x0f);
      const name = index === 0 ? this.#string() : this.#name(index);
      const value = this.#string();
      if (isIndexed) this.#table.add({ name, value, size: name.length + value.length + entryOverhead });
      field(name, value);
    }
    // It may be part of much more.
    this.#block = nothing;
  }

  #name(index: number): string {
    return index < firstDynamic ? staticNames[index]! : this.#entry(index).name;
  }

  #entry(index: number): Entry {
    if (index < firstDynamic || index - firstDynamic >= this.#table.length)
      throw new CompressionError(`nothing is in the table at ${index}`);
    return this.#table.at(index - firstDynamic);
  }

  #resize(size: number): void {
    if (size > this.#largest) throw new CompressionError(`a table of ${size} bytes is larger than ${this.#largest}`);
    this.#table.resize(size);
  }

  /** `mask`: the bits of the first byte that are the integer's (RFC 7541 §5.1). */
  #integer(mask: number): number {
    const least = this.#block[this.#at++]! & mask;
    return least < mask ? least : this.#longInteger(mask);
  }

  #longInteger(least: number): number {
    let value = least;
    for (let i = 0; i < integerBytes; i++) {
      if (this.#at === this.#block.length) throw new CompressionError('a header block ends within an integer');
      const byte = this.#block[this.#at++]!;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new CompressionError('an integer is too long');
  }

  /** RFC 7541 §5.2. */
  #string(): string {
    const block = this.#block;
    if (this.#at === block.length) throw new CompressionError('a header block ends before a string');
    const isHuffman = block[this.#at]! >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    if (length > block.length - start) throw new CompressionError('a header block ends within a string');
    this.#at = start + length;
    return isHuffman ? readHuffman(block, start, this.#at) : block.toString('latin1', start, this.#at);
  }
}
