import type { CacheEvent } from './watcher.ts';

const mostEvents = 4096;
const mostBytes = 16 * 2 ** 20;
/** They are kept however large they are. */
const fewestEvents = 256;

/** A resource's latest events, kept for watchers that come back: bounded in number and in bytes. */
export class RecentEvents {
  #events: CacheEvent[] = [];
  /** Events before this position are gone; they are cut off when there are many of them. */
  #first = 0;
  #bytes = 0;
  /** Every event after this revision is here. */
  start: number;

  constructor(revision: number) {
    this.start = revision;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += event.entry.size;
    while (this.#events.length - this.#first > mostEvents || (this.#bytes > mostBytes && this.#hasMany)) {
      const { entry } = this.#events[this.#first++]!;
      this.#bytes -= entry.size;
      this.start = Math.max(this.start, entry.revision);
    }
    if (this.#first < mostEvents / 4) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }

  /** Forgets all, and what comes until then. */
  startOver(revision: number): void {
    this.#events = [];
    this.#first = 0;
    this.#bytes = 0;
    this.start = revision;
  }

  /** Looked for from the end: nearly everybody has seen nearly everything. */
  after(revision: number): readonly CacheEvent[] {
    let from = this.#events.length;
    while (from > this.#first && this.#events[from - 1]!.entry.revision > revision) from--;
    return this.#events.slice(from);
  }

  get #hasMany(): boolean {
    return this.#events.length - this.#first > fewestEvents;
  }
}
