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
  | { readonly type: CacheEvent['type']; readonly entry: Entry; readonly prev?: Entry | undefined }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initialEventsEnd?: boolean };

/** So many events may wait for a watcher that doesn't read; then its stream is closed. */
const bound = 4096;

/** Who takes what a watcher has been told. */
export interface Reader {
  /** There is something to take. */
  ready(): void;
}

/** The receiving end of a watch: events wait here until the reader takes them, all at once. */
export class Watcher implements AsyncIterable<readonly Told[]> {
  readonly interest: Interest;
  /** Objects that are told first, as additions. They are there already, so they don't count for what may wait. */
  #initial: AsyncIterable<readonly Entry[]> | undefined;
  #waiting: readonly Told[] = none;
  #closed = false;
  #isLost = false;
  /** Revision up to which this watcher has been told everything. */
  revision: number;
  /** The reader, when it waits. */
  #reader: Reader | undefined;
  readonly #onClose: (() => void)[];

  constructor(
    interest: Interest,
    revision: number,
    { initial, onClose }: { initial?: AsyncIterable<readonly Entry[]>; onClose: (w: Watcher) => void },
  ) {
    this.interest = interest;
    this.revision = revision;
    this.#initial = initial;
    this.#onClose = [() => onClose(this)];
  }

  /** Offers an event; it is told as it looks through the selection. */
  offer(event: CacheEvent): void {
    const { entry } = event;
    if (this.#closed || entry.revision <= this.revision) return;
    this.revision = entry.revision;
    const { matches } = this.interest;
    // Most are told the event itself: the same one, whoever they are.
    if (!matches) return this.tell(event);
    const told = seenThrough(matches, event);
    if (told) this.tell(told);
  }

  tell(told: Told): void {
    if (this.#closed) return;
    this.#waiting = withOneMore(this.#waiting, told);
    if (this.#waiting.length > bound) {
      this.#isLost = true;
      return this.close();
    }
    this.#wake();
  }

  /** Whether the reader was given up because it didn't read. */
  get isLost(): boolean {
    return this.#isLost;
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
    this.#wake();
  }

  /** What is told before anything that happens. */
  async *initial(): AsyncIterable<readonly Told[]> {
    const initial = this.#initial;
    if (!initial) return;
    // It knows all that was there, and must not live as long as the watch.
    this.#initial = undefined;
    for await (const slice of initial) {
      if (this.#closed) return;
      yield slice.map((entry): Told => ({ type: 'ADDED', entry }));
    }
  }

  /** Calls the one reader once, within the turn, when there is something to take: at once, if there is already. */
  whenReady(reader: Reader): void {
    this.#reader = reader;
    if (this.#waiting.length || this.#closed) this.#wake();
  }

  /** All that waits; nothing when the watch is over. To be asked when it is ready. */
  take(): readonly Told[] | undefined {
    if (!this.#waiting.length) return undefined;
    const told = this.#waiting;
    this.#waiting = none;
    return told;
  }

  /** The same for a reader that waits. */
  [Symbol.asyncIterator](): AsyncIterator<readonly Told[]> {
    let initial = this.#initial && this.initial()[Symbol.asyncIterator]();
    const live = (): Promise<IteratorResult<readonly Told[]>> =>
      new Promise((resolve) =>
        this.whenReady({
          ready: () => {
            const value = this.take();
            resolve(value ? { value, done: false } : over);
          },
        }),
      );
    const first = async (from: AsyncIterator<readonly Told[]>): Promise<IteratorResult<readonly Told[]>> => {
      const result = await from.next();
      if (!result.done) return result;
      initial = undefined;
      return live();
    };
    return {
      next: () => (initial ? first(initial) : live()),
      return: () => {
        this.close();
        return Promise.resolve(over);
      },
    };
  }

  #wake(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.ready();
  }
}

/** An event as it looks through a selector: entering or leaving the selection turns a change into an addition or a deletion. */
export function seenThrough(
  matches: (entry: Entry) => boolean,
  { type, entry, prev }: Omit<CacheEvent, 'prev'> & { readonly prev?: Entry | undefined },
): Told | undefined {
  const was = prev !== undefined && matches(prev);
  const is = type !== 'DELETED' && matches(entry);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', entry };
  return was ? { type: 'DELETED', entry: type === 'DELETED' ? entry : prev.at(entry.revision) } : undefined;
}

const none: readonly Told[] = [];

/** The last list of one: most are told the same, one after the other, and share it. */
let one: readonly Told[] = none;

function withOneMore(waiting: readonly Told[], told: Told): readonly Told[] {
  switch (waiting.length) {
    case 0:
      return one[0] === told ? one : (one = [told]);
    case 1:
      return [waiting[0]!, told];
    default:
      // Whoever has more has a list of its own.
      (waiting as Told[]).push(told);
      return waiting;
  }
}

const over = { value: undefined, done: true } as const;
