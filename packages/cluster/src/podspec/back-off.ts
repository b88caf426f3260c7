import type { Clock } from '@tiphys/sdk/runtime';

interface Entry {
  delayMs: number;
  /** When the last try was made. Moments are monotonic: a wall clock that is set holds nobody back for a day. */
  at: number;
  end?: { readonly wallMs: number; readonly at: number };
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

  /** The delay that is in force for the key, and how much of it is left since it ended (wall time; since the last try unless given). */
  waiting(key: string, endedAtMs?: number): { delayMs: number; leftMs: number } {
    const entry = this.#entries.get(key);
    if (!entry || this.#isStale(entry, endedAtMs)) return { delayMs: 0, leftMs: 0 };
    const since = endedAtMs === undefined ? entry.at : this.#endOf(entry, endedAtMs);
    return { delayMs: entry.delayMs, leftMs: Math.max(0, since + entry.delayMs - this.#clock.monotonic()) };
  }

  /** Another try was made: the next one waits longer. */
  next(key: string, endedAtMs?: number): void {
    const entry = this.#entries.get(key);
    const delayMs =
      !entry || this.#isStale(entry, endedAtMs) ? BackOff.firstMs : Math.min(BackOff.longestMs, entry.delayMs * 2);
    this.#entries.set(key, { delayMs, at: this.#clock.monotonic() });
  }

  reset(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets every key that begins so. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #isStale(entry: Entry, endedAtMs?: number): boolean {
    const since = endedAtMs === undefined ? this.#clock.monotonic() : this.#endOf(entry, endedAtMs);
    return since - entry.at > 2 * BackOff.longestMs;
  }

  /** The moment of an end, by how long ago it was when it was first asked about. */
  #endOf(entry: Entry, wallMs: number): number {
    if (entry.end?.wallMs !== wallMs) {
      entry.end = { wallMs, at: this.#clock.monotonic() - Math.max(0, this.#clock.now() - wallMs) };
    }
    return entry.end.at;
  }
}
