import { Broadcast, type Clock } from '@tiphys/sdk/runtime';
import type {
  Lease,
  ListOptions,
  Operation,
  ReadOptions,
  StoreBackend,
  StoreBatch,
  StoredItem,
  StoreEvent,
  Transaction,
  TransactionResult,
} from './backend.ts';
import { holds } from './compare.ts';
import { Compacted } from './errors.ts';
import { LeaseBook } from './lease-book.ts';

/** A store that ends with the process. Everything settles in microtasks, so it works under simulated time. */
export class MemoryBackend implements StoreBackend {
  readonly #items = new Map<string, StoredItem>();
  /** Every batch since the last compaction, in order of revision. */
  #log: StoreBatch[] = [];
  #revision = 1;
  #compacted = 0;
  readonly #written = new Broadcast();
  readonly #leases: LeaseBook;

  constructor(clock: Clock) {
    this.#leases = new LeaseBook(clock, (id) => this.#endLease(id));
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compacted;
  }

  async get(key: string, { revision }: ReadOptions = {}): Promise<{ item: StoredItem | undefined; revision: number }> {
    return { item: this.#asOf(revision).get(key), revision: this.#revision };
  }

  async list(
    prefix: string,
    { revision, startAfter = '', limit = Infinity }: ListOptions = {},
  ): Promise<{ items: StoredItem[]; more: boolean; revision: number }> {
    const keys = [...this.#asOf(revision).values()]
      .filter((i) => i.key.startsWith(prefix) && i.key > startAfter)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    return { items: keys.slice(0, limit), more: keys.length > limit, revision: this.#revision };
  }

  async count(prefix: string): Promise<number> {
    let n = 0;
    for (const key of this.#items.keys()) if (key.startsWith(prefix)) n++;
    return n;
  }

  async txn({ compare = [], success, failure = [] }: Transaction): Promise<TransactionResult> {
    const succeeded = compare.every((c) => holds(c, this.#items.get(c.key)));
    const operations = succeeded ? success : failure;
    for (const o of operations) if (o.op === 'put' && o.lease) this.#leases.get(o.lease);
    const events: StoreEvent[] = [];
    const next = this.#revision + 1;
    const items = operations.map((o) => this.#carryOut(o, next, events));
    if (events.length) this.#commit({ revision: next, events });
    return { succeeded, revision: this.#revision, items };
  }

  async *watch(
    prefix: string,
    { fromRevision, signal }: { fromRevision: number; signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    let next = fromRevision;
    let told = false;
    while (!signal.aborted) {
      if (next <= this.#compacted) throw new Compacted(this.#compacted);
      for (let i = firstAtOrAfter(this.#log, next); i < this.#log.length && !signal.aborted; i++) {
        const { revision, events } = this.#log[i]!;
        next = revision + 1;
        const ours = events.filter((e) => e.key.startsWith(prefix));
        if (ours.length) yield { revision, events: ours };
      }
      if (!told && !signal.aborted && next > this.#revision) {
        told = true;
        yield { revision: Math.max(this.#revision, next - 1), events: [] };
      }
      if (next <= this.#revision) continue;
      await this.#written.next(signal);
    }
  }

  async compact(revision: number): Promise<void> {
    if (revision <= this.#compacted) return;
    this.#compacted = Math.min(revision, this.#revision);
    this.#log = this.#log.slice(firstAtOrAfter(this.#log, this.#compacted + 1));
  }

  async grantLease(ttlSeconds: number): Promise<Lease> {
    return this.#leases.grant(ttlSeconds);
  }

  async keepLeaseAlive(id: number): Promise<Lease> {
    return this.#leases.keepAlive(id);
  }

  async lease(id: number): Promise<Lease> {
    return this.#leases.get(id);
  }

  async leases(): Promise<readonly number[]> {
    return this.#leases.ids;
  }

  async revokeLease(id: number): Promise<void> {
    this.#leases.get(id);
    this.#endLease(id);
  }

  async close(): Promise<void> {
    this.#leases.close();
  }

  #endLease(id: number): void {
    const { keys } = this.#leases.get(id);
    const events: StoreEvent[] = [];
    for (const key of keys) this.#carryOut({ op: 'delete', key }, this.#revision + 1, events);
    this.#leases.end(id);
    if (events.length) this.#commit({ revision: this.#revision + 1, events });
  }

  #carryOut(o: Operation, revision: number, events: StoreEvent[]): StoredItem | undefined {
    const prev = this.#items.get(o.key);
    if (o.op === 'get') return prev;
    if (o.op === 'delete') {
      if (!prev) return undefined;
      this.#items.delete(o.key);
      if (prev.lease) this.#leases.detach(prev.lease, o.key);
      events.push({ type: 'delete', key: o.key, prev });
      return prev;
    }
    const lease = o.lease ?? 0;
    if (lease) this.#leases.attach(lease, o.key);
    if (prev?.lease && prev.lease !== lease) this.#leases.detach(prev.lease, o.key);
    const item: StoredItem = {
      key: o.key,
      value: o.value,
      createRevision: prev?.createRevision ?? revision,
      modRevision: revision,
      version: (prev?.version ?? 0) + 1,
      lease,
    };
    this.#items.set(o.key, item);
    events.push({ type: 'put', key: o.key, item, ...(prev && { prev }) });
    return item;
  }

  #commit(batch: StoreBatch): void {
    this.#revision = batch.revision;
    this.#log.push(batch);
    this.#written.notify();
  }

  /** The items as they were: what happened since is undone from the log. */
  #asOf(revision: number | undefined): Map<string, StoredItem> {
    if (revision === undefined || revision >= this.#revision) return this.#items;
    if (revision < this.#compacted) throw new Compacted(this.#compacted);
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
