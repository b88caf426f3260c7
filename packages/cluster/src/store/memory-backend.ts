import { Broadcast, type Clock } from '@tiphys/sdk/runtime';
import type {
  Lease,
  ListOptions,
  ReadOptions,
  StoreBackend,
  StoreBatch,
  StoredItem,
  StoreEvent,
  Transaction,
  TransactionResult,
} from './backend.ts';
import { Compacted, LeaseExists } from './errors.ts';
import { compareKeys } from './keys.ts';
import { LeaseBook } from './lease-book.ts';
import { transact } from './transact.ts';

/** A store that ends with the process. Everything settles in microtasks, so it works under simulated time. */
export class MemoryBackend implements StoreBackend {
  readonly #items = new Map<string, StoredItem>();
  /** Every batch since the last compaction, in order of revision. */
  #log: StoreBatch[] = [];
  #revision = 1;
  #compacted = 0;
  readonly #written = new Broadcast();
  readonly #leases: LeaseBook;
  readonly #attached = new Map<number, Set<string>>();
  #lastLease = 0;

  constructor(clock: Clock) {
    this.#leases = new LeaseBook(clock, (id) => this.#endLease(id));
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compacted;
  }

  async currentRevision(): Promise<number> {
    return this.#revision;
  }

  async get(key: string, { revision }: ReadOptions = {}): Promise<{ item: StoredItem | undefined; revision: number }> {
    return { item: this.#asOf(revision).get(key), revision: this.#revision };
  }

  async list(
    prefix: string,
    { revision, startAfter = '', limit = Infinity }: ListOptions = {},
  ): Promise<{ items: StoredItem[]; more: boolean; revision: number }> {
    const items = [...this.#asOf(revision).values()]
      .filter((i) => i.key.startsWith(prefix) && compareKeys(i.key, startAfter) > 0)
      .sort((a, b) => compareKeys(a.key, b.key));
    return { items: items.slice(0, limit), more: items.length > limit, revision: this.#revision };
  }

  async count(prefix: string): Promise<number> {
    let n = 0;
    for (const key of this.#items.keys()) if (key.startsWith(prefix)) n++;
    return n;
  }

  async txn(transaction: Transaction): Promise<TransactionResult> {
    const { succeeded, items, events } = transact(transaction, this.#revision + 1, (key) => this.#items.get(key));
    for (const { item } of events) if (item?.lease) this.#leases.time(item.lease);
    this.#apply(events);
    return { succeeded, revision: this.#revision, items };
  }

  async *watch(
    prefix: string,
    { fromRevision, signal }: { fromRevision: number; signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    let next = fromRevision;
    let told = 0;
    while (!signal.aborted) {
      if (next <= this.#compacted) throw new Compacted(this.#compacted);
      const batch = this.#log[firstAtOrAfter(this.#log, next)];
      if (batch) {
        next = batch.revision + 1;
        const events = batch.events.filter((e) => e.key.startsWith(prefix));
        if (!events.length) continue;
        told = batch.revision;
        yield { revision: told, events };
      } else if (told < this.#revision) {
        told = this.#revision;
        yield { revision: told, events: [] };
      } else {
        await this.#written.next(signal);
      }
    }
  }

  async compact(revision: number): Promise<void> {
    if (revision <= this.#compacted) return;
    this.#compacted = Math.min(revision, this.#revision);
    this.#log = this.#log.slice(firstAtOrAfter(this.#log, this.#compacted + 1));
  }

  async grantLease(ttlSeconds: number, id = this.#lastLease + 1): Promise<Lease> {
    if (this.#leases.has(id)) throw new LeaseExists(id);
    this.#lastLease = Math.max(this.#lastLease, id);
    this.#leases.add(id, ttlSeconds);
    this.#attached.set(id, new Set());
    return this.#lease(id);
  }

  async keepLeaseAlive(id: number): Promise<Lease> {
    this.#leases.keepAlive(id);
    return this.#lease(id);
  }

  async lease(id: number): Promise<Lease> {
    return this.#lease(id);
  }

  async leases(): Promise<readonly number[]> {
    return this.#leases.ids;
  }

  async revokeLease(id: number): Promise<void> {
    this.#endLease(id);
  }

  async close(): Promise<void> {
    this.#leases.close();
  }

  #lease(id: number): Lease {
    return { id, ...this.#leases.time(id), keys: [...(this.#attached.get(id) ?? [])].sort(compareKeys) };
  }

  #endLease(id: number): void {
    const { keys } = this.#lease(id);
    const success = keys.map((key) => ({ op: 'delete', key }) as const);
    this.#apply(transact({ success }, this.#revision + 1, (key) => this.#items.get(key)).events);
    this.#leases.remove(id);
    this.#attached.delete(id);
  }

  #apply(events: readonly StoreEvent[]): void {
    if (!events.length) return;
    for (const { key, item, prev } of events) {
      if (item) this.#items.set(key, item);
      else this.#items.delete(key);
      if (prev?.lease) this.#attached.get(prev.lease)?.delete(key);
      if (item?.lease) this.#attached.get(item.lease)?.add(key);
    }
    this.#log.push({ revision: ++this.#revision, events });
    this.#written.notify();
  }

  /** The items as they were: what happened since is undone from the log. */
  #asOf(revision: number | undefined): Map<string, StoredItem> {
    if (revision !== undefined && revision < this.#compacted) throw new Compacted(this.#compacted);
    if (revision === undefined || revision >= this.#revision) return this.#items;
    const items = new Map(this.#items);
    for (let i = this.#log.length - 1; i >= 0 && this.#log[i]!.revision > revision; i--) {
      for (const { key, prev } of this.#log[i]!.events.toReversed()) {
        if (prev) items.set(key, prev);
        else items.delete(key);
      }
    }
    return items;
  }
}

function firstAtOrAfter(log: readonly StoreBatch[], revision: number): number {
  let [low, high] = [0, log.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log[middle]!.revision < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
