import type { Clock } from '@tiphys/sdk/runtime';
import { LeaseNotFound } from './errors.ts';

interface Entry {
  readonly ttlSeconds: number;
  /** Monotonic. */
  endsAt: number;
  cancel: () => void;
}

/** The leases of a store and the time each has left. Tells when one runs out; whoever keeps the keys deletes them. */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #expired: (id: number) => void;
  readonly #entries = new Map<number, Entry>();

  constructor(clock: Clock, expired: (id: number) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  get ids(): readonly number[] {
    return [...this.#entries.keys()];
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  add(id: number, ttlSeconds: number): void {
    const entry: Entry = { ttlSeconds, endsAt: 0, cancel: () => {} };
    this.#entries.set(id, entry);
    this.#arm(id, entry);
  }

  keepAlive(id: number): void {
    this.#arm(id, this.#get(id));
  }

  /** Throws `LeaseNotFound`. */
  time(id: number): { ttlSeconds: number; remainingSeconds: number } {
    const { ttlSeconds, endsAt } = this.#get(id);
    return { ttlSeconds, remainingSeconds: Math.max(0, Math.ceil((endsAt - this.#clock.monotonic()) / 1000)) };
  }

  remove(id: number): void {
    this.#get(id).cancel();
    this.#entries.delete(id);
  }

  close(): void {
    for (const e of this.#entries.values()) e.cancel();
  }

  #arm(id: number, entry: Entry): void {
    entry.cancel();
    entry.endsAt = this.#clock.monotonic() + entry.ttlSeconds * 1000;
    entry.cancel = this.#clock.after(entry.ttlSeconds * 1000, () => this.#expired(id));
  }

  #get(id: number): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new LeaseNotFound(id);
    return entry;
  }
}
