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

/** The receiving end of a watch: events wait here until the reader takes them, all at once. */
export class Watcher implements AsyncIterable<readonly Told[]> {
  readonly interest: Interest;
  /** Objects that are told first, as additions. They are there already, so they don't count for what may wait. */
  #initial: AsyncIterator<readonly Entry[]> | undefined;
  #waiting: Told[] = [];
  #closed = false;
  #isLost = false;
  #lost: AbortController | undefined;
  /** Revision up to which this watcher has been told everything. */
  revision: number;
  /** The reader, when it waits. */
  #reader: ((result: IteratorResult<readonly Told[]>) => void) | undefined;
  readonly #onClose: (() => void)[];

  constructor(
    interest: Interest,
    revision: number,
    { initial, onClose }: { initial?: AsyncIterable<readonly Entry[]>; onClose: (w: Watcher) => void },
  ) {
    this.interest = interest;
    this.revision = revision;
    this.#initial = initial?.[Symbol.asyncIterator]();
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
      this.#isLost = true;
      this.#lost?.abort();
      return this.close();
    }
    this.#wake();
  }

  /** Aborts when the reader was given up because it didn't read. Hardly anybody asks. */
  readonly lost = (): AbortSignal => {
    if (!this.#lost) {
      this.#lost = new AbortController();
      if (this.#isLost) this.#lost.abort();
    }
    return this.#lost.signal;
  };

  /** Calls when the watch ends, whoever ends it. */
  onceClosed(f: () => void): void {
    if (this.#closed) f();
    else this.#onClose.push(f);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const f of this.#onClose) f();
    this.#wake();
  }

  /** For one reader. There are thousands of watches, so this is no generator: a wait costs one promise. */
  [Symbol.asyncIterator](): AsyncIterator<readonly Told[]> {
    return {
      next: () => {
        if (this.#initial) return this.#nextInitial(this.#initial);
        const result = this.#take();
        return result ? Promise.resolve(result) : new Promise((resolve) => (this.#reader = resolve));
      },
      return: () => {
        this.close();
        return Promise.resolve(over);
      },
    };
  }

  async #nextInitial(initial: AsyncIterator<readonly Entry[]>): Promise<IteratorResult<readonly Told[]>> {
    const { value, done } = await initial.next();
    if (!done && !this.#closed) return { value: value.map((entry): Told => ({ type: 'ADDED', entry })), done: false };
    this.#initial = undefined;
    return this.#take() ?? new Promise((resolve) => (this.#reader = resolve));
  }

  #wake(): void {
    if (!this.#reader) return;
    // It is there: something waits, or the watch has been closed.
    const result = this.#take()!;
    const reader = this.#reader;
    this.#reader = undefined;
    reader(result);
  }

  /** What is next: the end too. Nothing when the reader has to wait. */
  #take(): IteratorResult<readonly Told[]> | undefined {
    if (this.#waiting.length) {
      const value = this.#waiting;
      this.#waiting = [];
      return { value, done: false };
    }
    return this.#closed ? over : undefined;
  }
}

const over = { value: undefined, done: true } as const;
