import type { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend, StoreFull, type Transaction, type TransactionResult } from 'tiphys/store';

/** What is under a key from now on; undefined when nothing is. */
export type Observer = (key: string, value: Uint8Array | undefined) => void;

/** A store in memory whose disk may be full, or slow. Whoever observes it sees every write, in order and at once. */
export class FrailStore extends MemoryBackend {
  full = false;
  /** How long each write takes. */
  slowMs = 0;
  observer: Observer | undefined;
  readonly #clock: SimClock;

  constructor(clock: SimClock) {
    super(clock);
    this.#clock = clock;
  }

  override async txn(transaction: Transaction): Promise<TransactionResult> {
    if (this.full) throw new StoreFull();
    if (this.slowMs) await this.#clock.sleep(this.slowMs);
    const written = super.txn(transaction);
    const { succeeded, items } = await written;
    const operations = succeeded ? transaction.success : (transaction.failure ?? []);
    for (const [i, { op, key }] of operations.entries()) {
      if (op !== 'get') this.observer?.(key, op === 'put' ? items[i]?.value : undefined);
    }
    return written;
  }
}
