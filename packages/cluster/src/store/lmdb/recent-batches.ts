import type { StoreBatch, StoredItem } from '../backend.ts';

const mostBatches = 4096;
const mostBytes = 8 * 2 ** 20;

/** What a change left under its key, and where it is in the log; no item when it deleted. */
export interface Left {
  readonly revision: number;
  readonly index: number;
  readonly item: StoredItem | undefined;
}

/** The latest batches, kept for watches that keep up, and for writes of what was just written; others read the log. */
export class RecentBatches {
  readonly #batches: StoreBatch[] = [];
  readonly #latest = new Map<string, Left>();
  #bytes = 0;
  /** Everything from this revision on is here. */
  #since: number;

  /** `revision` is the last one before those that will be told. */
  constructor(revision: number) {
    this.#since = revision + 1;
  }

  /** `left`: what each of its events did. */
  push(batch: StoreBatch, left: readonly Left[]): void {
    this.#batches.push(batch);
    this.#bytes += sizeOf(batch);
    for (const one of left) this.#latest.set(batch.events[one.index]!.key, one);
    while (this.#batches.length > mostBatches || (this.#bytes > mostBytes && this.#batches.length > 1)) this.#drop();
  }

  /** What a key holds now, if a recent batch says so. */
  latest(key: string): Left | undefined {
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
  let bytes = 0;
  for (const { item, prev } of events) bytes += (item?.value.length ?? 0) + (prev?.value.length ?? 0);
  return bytes;
}
