import type { CacheEvent } from './watcher.ts';

const mostEvents = 4096;
const mostBytes = 16 * 2 ** 20;
/** What an event of these replaced may still be looked into by those who were just told. */
const fresh = 256;

/**
 * A resource's latest events, kept for watchers that come back: bounded in number and in bytes. Of objects that have been
 * replaced for a while only the bytes are kept: hardly anybody looks into them again, and what has been parsed takes a
 * multiple of the room.
 */
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
    const settled = this.#events[this.#events.length - 1 - fresh];
    settled?.prev?.forgetParsed();
    if (settled?.type === 'DELETED') settled.entry.forgetParsed();
    while (this.#events.length - this.#first > mostEvents || (this.#bytes > mostBytes && this.#hasSettled)) {
      const { entry } = this.#events[this.#first++]!;
      this.#bytes -= entry.size;
      this.start = entry.revision;
    }
    if (this.#first < mostEvents / 4) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }

  *after(revision: number): Iterable<CacheEvent> {
    for (let i = this.#first; i < this.#events.length; i++) {
      const event = this.#events[i]!;
      if (event.entry.revision > revision) yield event;
    }
  }

  get #hasSettled(): boolean {
    return this.#events.length - this.#first > fresh;
  }
}
