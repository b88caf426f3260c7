import { Broadcast } from '@tiphys/sdk/runtime';
import type { Entry } from './entry.ts';

/** What happened to an object. `prev` is what it was, absent when it was created. */
export interface CacheEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The object as it is now; of a deletion as it was last, at the revision of the deletion. */
  readonly entry: Entry;
  readonly prev: Entry | undefined;
}

/** What a watcher wants of a resource's objects. */
export interface Interest {
  readonly namespace?: string;
  readonly name?: string;
  /** Whether the object is one of those asked for; absent when all are. */
  readonly matches?: (entry: Entry) => boolean;
  /** The value of an indexed field that every wanted object has. */
  readonly indexed?: { readonly field: string; readonly value: string };
}

/** Told to a watcher: an event seen through its selectors, or how far it has been told everything. */
export type Told =
  | { readonly type: CacheEvent['type']; readonly entry: Entry }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initialEventsEnd?: boolean };

/** So many events may wait for a watcher that doesn't read; then its stream is closed. */
const bound = 4096;
/** Initial objects that are handed over in one go. */
const together = 250;

/** The receiving end of a watch: events wait here until the reader takes them, all at once. */
export class Watcher implements AsyncIterable<readonly Told[]> {
  readonly interest: Interest;
  /** Objects that are told first, as additions. They are there already, so they don't count for what may wait. */
  #initial: readonly Entry[];
  #waiting: Told[] = [];
  #closed = false;
  readonly #lost = new AbortController();
  /** Revision up to which this watcher has been told everything. */
  revision: number;
  readonly #changed = new Broadcast();
  readonly #onClose: (() => void)[];

  constructor(
    interest: Interest,
    revision: number,
    { initial, onClose }: { initial: readonly Entry[]; onClose: (w: Watcher) => void },
  ) {
    this.interest = interest;
    this.revision = revision;
    this.#initial = initial;
    this.#onClose = [() => onClose(this)];
  }

  /** Offers an event; entering or leaving the selection turns a change into an addition or a deletion. */
  offer({ type, entry, prev }: CacheEvent): void {
    if (this.#closed || entry.revision <= this.revision) return;
    this.revision = entry.revision;
    const { matches } = this.interest;
    if (!matches) return this.tell({ type, entry });
    const was = prev !== undefined && matches(prev);
    const is = type !== 'DELETED' && matches(entry);
    if (is) this.tell({ type: was ? 'MODIFIED' : 'ADDED', entry });
    else if (was) this.tell({ type: 'DELETED', entry: type === 'DELETED' ? entry : prev.at(entry.revision) });
  }

  tell(told: Told): void {
    if (this.#closed) return;
    this.#waiting.push(told);
    if (this.#waiting.length > bound) {
      this.#lost.abort();
      return this.close();
    }
    this.#changed.notify();
  }

  /** Aborts when the reader was given up because it didn't read. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Calls when the watch ends, whoever ends it. */
  onceClosed(f: () => void): void {
    if (this.#closed) f();
    else this.#onClose.push(f);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const f of this.#onClose) f();
    this.#changed.notify();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Told[]> {
    try {
      const initial = this.#initial;
      this.#initial = [];
      for (let i = 0; i < initial.length && !this.#closed; i += together) {
        yield initial.slice(i, i + together).map((entry): Told => ({ type: 'ADDED', entry }));
      }
      for (;;) {
        if (this.#waiting.length) {
          const batch = this.#waiting;
          this.#waiting = [];
          yield batch;
        } else if (this.#closed) return;
        else await this.#changed.next();
      }
    } finally {
      this.close();
    }
  }
}
