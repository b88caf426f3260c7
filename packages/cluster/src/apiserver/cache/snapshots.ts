import type { OrderedEntries } from './ordered.ts';

/** So many lists may be read on in pages at a time without asking the store for what is no longer there. */
const bound = 64;

/** What was there at revisions that somebody is still reading on from: pages of one list show one moment. */
export class Snapshots {
  readonly #kept = new Map<number, OrderedEntries>();

  keep(revision: number, entries: OrderedEntries): void {
    this.#kept.delete(revision);
    this.#kept.set(revision, entries);
    if (this.#kept.size > bound) this.#kept.delete(this.#kept.keys().next().value!);
  }

  at(revision: number): OrderedEntries | undefined {
    return this.#kept.get(revision);
  }
}
