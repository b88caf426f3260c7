import type { Clock } from '@tiphys/sdk/runtime';

interface Entry {
  delayMs: number;
  at: number;
}

/** Doubling delays by key: 10 s up to 5 min, forgotten after twice the longest without a failure. */
export class BackOff {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  static readonly firstMs = 10_000;
  static readonly longestMs = 300_000;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The delay that is in force for the key, and how much of it is left since `sinceMs` (wall time; the last failure unless given). */
  waiting(key: string, sinceMs?: number): { delayMs: number; leftMs: number } {
    const entry = this.#entries.get(key);
    const now = this.#clock.now();
    if (!entry || this.#isStale(entry, sinceMs)) return { delayMs: 0, leftMs: 0 };
    return { delayMs: entry.delayMs, leftMs: Math.max(0, (sinceMs ?? entry.at) + entry.delayMs - now) };
  }

  /** Another try was made: the next one waits longer. */
  next(key: string, sinceMs?: number): void {
    const entry = this.#entries.get(key);
    const at = this.#clock.now();
    const delayMs =
      !entry || this.#isStale(entry, sinceMs) ? BackOff.firstMs : Math.min(BackOff.longestMs, entry.delayMs * 2);
    this.#entries.set(key, { delayMs, at });
  }

  reset(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets every key that begins so. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #isStale({ at }: Entry, sinceMs = this.#clock.now()): boolean {
    return sinceMs - at > 2 * BackOff.longestMs;
  }
}
