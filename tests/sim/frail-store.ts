import type { SimClock } from '@tiphys/sdk/testing';
import { MemoryBackend, StoreFull, type Transaction, type TransactionResult } from 'tiphys/store';

/** A store in memory whose disk may be full, or slow. */
export class FrailStore extends MemoryBackend {
  full = false;
  /** How long each write takes. */
  slowMs = 0;
  readonly #clock: SimClock;

  constructor(clock: SimClock) {
    super(clock);
    this.#clock = clock;
  }

  override async txn(transaction: Transaction): Promise<TransactionResult> {
    if (this.full) throw new StoreFull();
    if (this.slowMs) await this.#clock.sleep(this.slowMs);
    return super.txn(transaction);
  }
}
