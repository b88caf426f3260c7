import type { Clock } from '@tiphys/sdk/runtime';
import type { StoreBackend } from '../../store/index.ts';

/** Objects that are written within so many seconds of each other may go together. */
const sharedSeconds = 60;

/**
 * Leases under which objects of a limited life are stored. Writes of about the same time share one, as upstream's do: an object
 * stays at least its time and at most a little longer.
 */
export class Expiry {
  readonly #store: StoreBackend;
  readonly #clock: Clock;
  readonly #seconds: number;
  #current: { readonly until: number; readonly lease: Promise<number> } | undefined;

  constructor(store: StoreBackend, clock: Clock, seconds: number) {
    this.#store = store;
    this.#clock = clock;
    this.#seconds = seconds;
  }

  /** The lease for something that is written now. */
  lease(): Promise<number> {
    const now = this.#clock.monotonic();
    if (!this.#current || now >= this.#current.until) {
      const lease = this.#store.grantLease(this.#seconds + sharedSeconds).then(({ id }) => id);
      this.#current = { until: now + sharedSeconds * 1000, lease };
      // A grant that failed is not what the next write should wait for.
      lease.catch(() => (this.#current = undefined));
    }
    return this.#current.lease;
  }
}
