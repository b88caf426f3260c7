import { BlockWriter } from './block-writer.ts';
import { defaultTableSize, DynamicTable, type Entry, entryOverhead } from './dynamic-table.ts';
import { type Indexing, indexingOf } from './indexing.ts';
import { firstDynamic, staticIndexes, staticNames, staticValues } from './static-table.ts';

export type HeaderValue = string | readonly string[] | number;

/** What is known of the headers of one name. */
interface Named {
  readonly name: string;
  readonly indexing: Indexing;
  /** The indexes of its name and of what follows in the static table, where it is there and has values. */
  readonly staticIndex: number;
  readonly staticEnd: number;
  /** Those in the dynamic table, the oldest first. */
  readonly entries: Written[];
  /** How many values in a row were new, and the last of them. */
  changes: number;
  last: string;
}

interface Written extends Entry {
  readonly of: Named;
  /** How many were added to the table before it. */
  readonly number: number;
}

/** A name with so many new values in a row gets no more of them into the table, unless one comes again at once. */
const mostChanges = 8;
/** Nor does a header that would take more than this part of it. */
const largestPart = 1 / 4;

/** Writes the header blocks of one connection's answers, in the order in which they are sent (RFC 7541 §2). */
export class HeaderEncoder {
  readonly #writer = new BlockWriter();
  readonly #table = new DynamicTable<Written>((entry) => this.#forget(entry));
  /** Those that have entries, and those that never will. */
  readonly #names = new Map<string, Named>();
  readonly #status = describe(':status');
  /** The least and the last size of the table that the peer has set since the last block; no size is less than the first. */
  #least = Infinity;
  #last = defaultTableSize;

  /**
   * The peer's SETTINGS_HEADER_TABLE_SIZE: what is used is the lesser of it and 4096; a change is announced in the next
   * block (least and last, RFC 7541 §4.2).
   */
  resize(size: number): void {
    this.#last = Math.min(size, defaultTableSize);
    this.#least = Math.min(this.#least, this.#last);
  }

  /**
   * One response's header block: `:status` first. The bytes are good until the next call (of this encoder). Array values are
   * several fields. Text goes out as UTF-8 as Go's server does. Names are lower-cased already.
   */
  encode(status: number, headers: Readonly<Record<string, HeaderValue>>): Buffer {
    this.#writer.begin();
    if (this.#least !== Infinity) this.#announceSize();
    this.#field(this.#status, String(status));
    for (const name in headers) {
      const value = headers[name]!;
      const of = this.#names.get(name) ?? this.#named(name);
      if (typeof value === 'string') this.#field(of, value);
      else if (typeof value === 'number') this.#field(of, String(value));
      else for (const each of value) this.#field(of, each);
    }
    return this.#writer.end();
  }

  #announceSize(): void {
    for (const size of [Math.min(this.#least, this.#table.limit), this.#last]) {
      if (size === this.#table.limit) continue;
      this.#table.resize(size);
      this.#writer.integer(size, 0x1f, 0x20);
    }
    this.#least = Infinity;
  }

  #named(name: string): Named {
    const of = describe(name);
    if (of.indexing !== 'indexed') this.#names.set(name, of);
    return of;
  }

  #field(of: Named, value: string): void {
    if (of.indexing !== 'indexed') return void this.#literal(of, value, 0x0f, of.indexing === 'never' ? 0x10 : 0);
    const index = this.#indexOf(of, value);
    if (index) {
      of.changes = 0;
      this.#writer.integer(index, 0x7f, 0x80);
      return;
    }
    const isWorthIt = of.changes < mostChanges || value === of.last;
    of.changes++;
    of.last = value;
    const size = of.name.length + value.length + entryOverhead;
    if (isWorthIt && size <= this.#table.limit * largestPart) this.#index(of, value);
    else this.#literal(of, value, 0x0f, 0);
  }

  /** The index of a header that is in a table; otherwise 0. */
  #indexOf({ staticIndex, staticEnd, entries }: Named, value: string): number {
    for (let i = staticIndex; i < staticEnd; i++) if (staticValues[i] === value) return i;
    for (let i = entries.length - 1; i >= 0; i--) if (entries[i]!.value === value) return this.#placeOf(entries[i]!);
    return 0;
  }

  #placeOf({ number }: Written): number {
    return firstDynamic + this.#table.added - 1 - number;
  }

  #index(of: Named, value: string): void {
    const size = this.#literal(of, value, 0x3f, 0x40) + entryOverhead;
    const entry = { name: of.name, value, size, of, number: this.#table.added };
    of.entries.push(entry);
    this.#names.set(of.name, of);
    this.#table.add(entry);
  }

  /** The bytes of name and value. */
  #literal(of: Named, value: string, mask: number, pattern: number): number {
    const newest = of.entries.at(-1);
    const index = of.staticIndex || (newest ? this.#placeOf(newest) : 0);
    this.#writer.integer(index, mask, pattern);
    const nameSize = index ? of.name.length : this.#writer.string(of.name);
    return nameSize + this.#writer.string(value);
  }

  /** The oldest in the table is its name's oldest as well. */
  #forget({ of }: Written): void {
    of.entries.shift();
    if (!of.entries.length) this.#names.delete(of.name);
  }
}

function describe(name: string): Named {
  const staticIndex = staticIndexes.get(name) ?? 0;
  let staticEnd = staticIndex;
  while (staticNames[staticEnd] === name && staticValues[staticEnd]) staticEnd++;
  return { name, indexing: indexingOf(name), staticIndex, staticEnd, entries: [], changes: 0, last: '' };
}
