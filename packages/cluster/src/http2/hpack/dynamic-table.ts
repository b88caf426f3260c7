/** A header in a dynamic table. */
export interface Entry {
  readonly name: string;
  readonly value: string;
  /** What it counts for: see `entryOverhead`. */
  readonly size: number;
}

/** An entry counts for the bytes of its name and its value, and so many more (RFC 7541 §4.1). */
export const entryOverhead = 32;
/** The size of a table of which nothing has been said (RFC 9113 §6.5.2, SETTINGS_HEADER_TABLE_SIZE). */
export const defaultTableSize = 4096;

/** A dynamic table (RFC 7541 §2.3.2, §4): entries by age, of which the oldest go where those that come find no room. */
export class DynamicTable<E extends Entry> {
  readonly #dropped: ((entry: E) => void) | undefined;
  /** A ring; its length is a power of two. */
  #ring: (E | undefined)[] = Array.from({ length: 8 }, () => undefined);
  /** How many have been added in all: the last is in the place before. */
  #added = 0;
  #length = 0;
  #size = 0;
  #limit = defaultTableSize;

  /** `dropped` hears of each entry that goes. */
  constructor(dropped?: (entry: E) => void) {
    this.#dropped = dropped;
  }

  get length(): number {
    return this.#length;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How many have been added in all, of which the last `length` are there. */
  get added(): number {
    return this.#added;
  }

  /** The newest is at 0; `back` must be less than `length`. */
  at(back: number): E {
    return this.#ring[(this.#added - 1 - back) & (this.#ring.length - 1)]!;
  }

  resize(limit: number): void {
    this.#limit = limit;
    this.#shrinkTo(limit);
  }

  /** One that is larger than the table empties it, and isn't in it then (RFC 7541 §4.4). */
  add(entry: E): void {
    this.#shrinkTo(this.#limit - entry.size);
    if (entry.size > this.#limit) return;
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[this.#added++ & (this.#ring.length - 1)] = entry;
    this.#length++;
    this.#size += entry.size;
  }

  #shrinkTo(size: number): void {
    while (this.#length && this.#size > size) {
      const oldest = (this.#added - this.#length--) & (this.#ring.length - 1);
      const entry = this.#ring[oldest]!;
      this.#ring[oldest] = undefined;
      this.#size -= entry.size;
      this.#dropped?.(entry);
    }
  }

  #grow(): void {
    const ring: (E | undefined)[] = Array.from({ length: this.#ring.length * 2 }, () => undefined);
    for (let back = 0; back < this.#length; back++) ring[(this.#added - 1 - back) & (ring.length - 1)] = this.at(back);
    this.#ring = ring;
  }
}
