import type { StoreBatch } from '../backend.ts';

const mostBatches = 4096;
const mostBytes = 8 * 2 ** 20;

/** The latest batches, kept for watches that keep up; those that don't read the log. */
export class RecentBatches {
  readonly #batches: StoreBatch[] = [];
  #bytes = 0;

  push(batch: StoreBatch): void {
    this.#batches.push(batch);
    this.#bytes += sizeOf(batch);
    while (this.#batches.length > mostBatches || (this.#bytes > mostBytes && this.#batches.length > 1)) {
      this.#bytes -= sizeOf(this.#batches.shift()!);
    }
  }

  /** The batches from this revision on; undefined when it isn't here any more. Every revision has one. */
  from(revision: number): readonly StoreBatch[] | undefined {
    const first = this.#batches[0]?.revision ?? Infinity;
    return revision < first ? undefined : this.#batches.slice(revision - first);
  }
}

function sizeOf({ events }: StoreBatch): number {
  return events.reduce((sum, e) => sum + (e.item?.value.length ?? 0) + (e.prev?.value.length ?? 0), 0);
}
