import type { Clock } from '@tiphys/sdk/runtime';
import type { Lease } from './backend.ts';
import { LeaseNotFound } from './errors.ts';

interface Entry {
  readonly id: number;
  readonly ttlSeconds: number;
  /** Monotonic. */
  endsAt: number;
  readonly keys: Set<string>;
  cancel: () => void;
}

/** The leases of a store and which keys end with them. Tells when one runs out; whoever keeps the keys deletes them. */
export class LeaseBook {
  readonly #clock: Clock;
  readonly #expired: (id: number) => void;
  readonly #entries = new Map<number, Entry>();
  #next = 1;

  constructor(clock: Clock, expired: (id: number) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  get ids(): readonly number[] {
    return [...this.#entries.keys()];
  }

  grant(ttlSeconds: number, id = this.#next): Lease {
    this.#next = Math.max(this.#next, id + 1);
    const entry: Entry = { id, ttlSeconds, endsAt: 0, keys: new Set(), cancel: () => {} };
    this.#entries.set(id, entry);
    this.#arm(entry);
    return this.#told(entry);
  }

  keepAlive(id: number): Lease {
    const entry = this.#get(id);
    this.#arm(entry);
    return this.#told(entry);
  }

  get(id: number): Lease {
    return this.#told(this.#get(id));
  }

  attach(id: number, key: string): void {
    this.#get(id).keys.add(key);
  }

  detach(id: number, key: string): void {
    this.#entries.get(id)?.keys.delete(key);
  }

  end(id: number): void {
    this.#get(id).cancel();
    this.#entries.delete(id);
  }

  close(): void {
    for (const e of this.#entries.values()) e.cancel();
  }

  #arm(entry: Entry): void {
    entry.cancel();
    entry.endsAt = this.#clock.monotonic() + entry.ttlSeconds * 1000;
    entry.cancel = this.#clock.after(entry.ttlSeconds * 1000, () => this.#expired(entry.id));
  }

  #get(id: number): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new LeaseNotFound(id);
    return entry;
  }

  #told({ id, ttlSeconds, endsAt, keys }: Entry): Lease {
    const remainingSeconds = Math.max(0, Math.ceil((endsAt - this.#clock.monotonic()) / 1000));
    return { id, ttlSeconds, remainingSeconds, keys: [...keys] };
  }
}
