import type { StoreBatch } from '../backend.ts';
import type { Located } from './tables.ts';

const mostBatches = 4096;
const mostBytes = 8 * 2 ** 20;

/** The latest batches, kept for watches that keep up, and for writes of what was just written; others read the log. */
export class RecentBatches {
  readonly #batches: StoreBatch[] = [];
  readonly #latest = new Map<string, { revision: number; located: Located | undefined }>();
  #bytes = 0;
  /** Everything from this revision on is here. */
  #since: number;

  /** `revision` is the last one before those that will be told. */
  constructor(revision: number) {
    this.#since = revision + 1;
  }

  push(batch: StoreBatch): void {
    this.#batches.push(batch);
    this.#bytes += sizeOf(batch);
    const { revision, events } = batch;
    for (const [index, { key, item }] of events.entries()) {
      this.#latest.set(key, { revision, located: item && { item, place: { revision, index } } });
    }
    while (this.#batches.length > mostBatches || (this.#bytes > mostBytes && this.#batches.length > 1)) this.#drop();
  }

  /** What a key holds now, if a recent batch says so: `located` is undefined when it was deleted. */
  latest(key: string): { readonly located: Located | undefined } | undefined {
    return this.#latest.get(key);
  }

  /** Whether everything that was written after a revision is here. */
  coversAfter(revision: number): boolean {
    return revision + 1 >= this.#since;
  }

  /** The batches from this revision on; undefined when it isn't here any more. Every revision has one. */
  from(revision: number): readonly StoreBatch[] | undefined {
    return revision < this.#since ? undefined : this.#batches.slice(revision - this.#since);
  }

  #drop(): void {
    const oldest = this.#batches.shift()!;
    this.#bytes -= sizeOf(oldest);
    this.#since = oldest.revision + 1;
    for (const { key } of oldest.events) {
      if (this.#latest.get(key)?.revision === oldest.revision) this.#latest.delete(key);
    }
  }
}

function sizeOf({ events }: StoreBatch): number {
  return events.reduce((sum, e) => sum + (e.item?.value.length ?? 0) + (e.prev?.value.length ?? 0), 0);
}
