import { onAbort } from './abort.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';

export interface WorkQueueOptions<K = string> {
  clock: Clock;
  /** First retry delay and its cap; upstream's controllers use 5 ms and 1000 s. */
  baseMs?: number;
  maxMs?: number;
  observer?: WorkQueueObserver<K>;
}

/** Told of every step of a key, for metrics. */
export interface WorkQueueObserver<K> {
  added(key: K): void;
  taken(key: K): void;
  done(key: K): void;
  retried(key: K): void;
}

/**
 * Keys to work on, each at most once at a time and at most once in line: adding a key that waits changes nothing,
 * adding one that is being worked on queues it again for afterwards. Retries back off per key.
 */
export class WorkQueue<K = string> {
  readonly #clock: Clock;
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #observer: WorkQueueObserver<K> | undefined;
  readonly #ready = new Set<K>();
  readonly #busy = new Set<K>();
  readonly #again = new Set<K>();
  readonly #failures = new Map<K, number>();
  readonly #later = new Map<K, { at: number; cancel: () => void }>();
  /** Who waits for a key, in the order they came; each is woken alone. */
  readonly #idle = new Set<() => void>();

  constructor({ clock, baseMs = 5, maxMs = 1_000_000, observer }: WorkQueueOptions<K>) {
    this.#clock = clock;
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
    this.#observer = observer;
  }

  /** Keys waiting now; those with a delay aren't counted. */
  get depth(): number {
    return this.#ready.size;
  }

  add(key: K): void {
    if (this.#busy.has(key)) {
      this.#again.add(key);
    } else if (!this.#ready.has(key)) {
      this.#ready.add(key);
      this.#observer?.added(key);
      this.#wakeOne();
    }
  }

  /** Adds the key after `ms`; an earlier appointment of the same key stands. */
  addAfter(key: K, ms: number): void {
    if (ms <= 0) return this.add(key);
    const at = this.#clock.monotonic() + ms;
    const standing = this.#later.get(key);
    if (standing && standing.at <= at) return;
    standing?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, { at, cancel });
  }

  /** Adds the key after its own growing delay. */
  retry(key: K): void {
    const n = this.#failures.get(key) ?? 0;
    this.#failures.set(key, n + 1);
    this.#observer?.retried(key);
    this.addAfter(key, backoff(n, { baseMs: this.#baseMs, maxMs: this.#maxMs }));
  }

  /** Forgets the key's failures. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  retries(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, in the order added; the caller owes a `done` for it. Undefined when the signal aborts. */
  async take(signal: AbortSignal): Promise<K | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      for (const key of this.#ready) {
        this.#ready.delete(key);
        this.#busy.add(key);
        this.#observer?.taken(key);
        return key;
      }
      await this.#woken(signal);
    }
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#idle.delete(wake);
        letGo();
        resolve();
      };
      this.#idle.add(wake);
      const letGo = onAbort(signal, wake);
    });
  }

  #wakeOne(): void {
    for (const wake of this.#idle) return wake();
  }

  done(key: K): void {
    this.#busy.delete(key);
    this.#observer?.done(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Cancels every delayed key, so that no timer outlives the queue. */
  close(): void {
    for (const { cancel } of this.#later.values()) cancel();
    this.#later.clear();
    this.#ready.clear();
    this.#again.clear();
  }
}
