import { type Clock, sleepOn, systemClock } from '../runtime/index.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * Time that passes only when told to. Due timers run in order (ties: the one made first), and everything that a timer set
 * going settles before the next one runs, so hours take milliseconds and a run replays exactly.
 */
export class SimClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #order = 0;
  /** A binary heap, the next timer first. */
  readonly #timers: Timer[] = [];
  readonly #cancelled = new Set<number>();
  #yielding = 0;

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#wall = startMs;
  }

  now(): number {
    return this.#wall + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  timeout(ms: number): AbortSignal {
    const own = new AbortController();
    this.after(ms, () => own.abort(new DOMException('The operation timed out', 'TimeoutError')));
    return own.signal;
  }

  after(ms: number, fn: () => void): () => void {
    const order = this.#order++;
    let live = true;
    const fire = () => {
      live = false;
      fn();
    };
    this.#push({ at: this.#monotonic + Math.max(0, ms), order, fire });
    return () => {
      if (live) this.#cancelled.add(order);
      live = false;
    };
  }

  /** Resolves on a later turn of the real loop; `settle` waits for everybody who is in here. */
  async yield(): Promise<void> {
    this.#yielding++;
    await systemClock.yield();
    this.#yielding--;
  }

  /** Timers that wait now. A test that ends with some has left something running. */
  get pending(): number {
    return this.#timers.filter((t) => !this.#cancelled.has(t.order)).length;
  }

  /** Sets the wall clock forward or back, as an administrator would; timers and `monotonic` don't notice. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Lets every promise that can settle without time passing do so. */
  async settle(): Promise<void> {
    do await systemClock.yield();
    while (this.#yielding > 0);
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.settle();
    while (await this.#step(end));
    this.#monotonic = Math.max(this.#monotonic, end);
    await this.settle();
  }

  /**
   * Lets time pass until the condition holds or the promise settles, and gives its value. Throws when that takes longer than
   * `limitMs` of simulated time, or when nothing is left that could bring it about.
   */
  async runUntil<T>(goal: Promise<T> | (() => T), { limitMs = 3_600_000 } = {}): Promise<T> {
    const end = this.#monotonic + limitMs;
    const reached = typeof goal === 'function' ? condition(goal) : settled(goal);
    await this.settle();
    for (;;) {
      const outcome = reached();
      if (outcome) return outcome();
      if (!(await this.#step(end))) break;
    }
    throw new Error(`the condition didn't hold within ${limitMs} ms of simulated time`);
  }

  /** Runs the next timer due by `end`; false when there is none. */
  async #step(end: number): Promise<boolean> {
    const next = this.#timers[0];
    if (!next || next.at > end) return false;
    this.#pop();
    if (this.#cancelled.delete(next.order)) return true;
    this.#monotonic = Math.max(this.#monotonic, next.at);
    next.fire();
    await this.settle();
    return true;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent]!, timer)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

function condition<T>(holds: () => T): () => (() => T) | undefined {
  return () => {
    const value = holds();
    return value ? () => value : undefined;
  };
}

function settled<T>(promise: Promise<T>): () => (() => T) | undefined {
  let outcome: (() => T) | undefined;
  promise.then(
    (value) => (outcome = () => value),
    (error: unknown) => {
      outcome = () => {
        throw error;
      };
    },
  );
  return () => outcome;
}
