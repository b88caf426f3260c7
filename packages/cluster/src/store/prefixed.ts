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

export interface Prefixes {
  /** What keys start with for whoever uses the store. */
  readonly inside: string;
  /** What they start with in it. */
  readonly outside: string;
}

/** A store whose keys under one prefix are kept under another; all others as they are. Clusters share an etcd this way. */
export class PrefixedStore implements StoreBackend {
  readonly #store: StoreBackend;
  readonly #prefixes: Prefixes;

  constructor(store: StoreBackend, prefixes: Prefixes) {
    this.#store = store;
    this.#prefixes = prefixes;
  }

  get revision(): number {
    return this.#store.revision;
  }

  get compactedRevision(): number {
    return this.#store.compactedRevision;
  }

  currentRevision(): Promise<number> {
    return this.#store.currentRevision();
  }

  async get(key: string, options?: ReadOptions): Promise<{ item: StoredItem | undefined; revision: number }> {
    const { item, revision } = await this.#store.get(this.#out(key), options);
    return { item: this.#item(item), revision };
  }

  async list(
    prefix: string,
    { startAfter, ...options }: ListOptions = {},
  ): Promise<{ items: StoredItem[]; more: boolean; revision: number }> {
    const after = startAfter === undefined ? {} : { startAfter: this.#out(startAfter) };
    const page = await this.#store.list(this.#out(prefix), { ...options, ...after });
    return { ...page, items: page.items.map((i) => this.#item(i)!) };
  }

  count(prefix: string): Promise<number> {
    return this.#store.count(this.#out(prefix));
  }

  isStale(key: string): Promise<boolean> {
    return this.#store.isStale?.(this.#out(key)) ?? Promise.resolve(false);
  }

  async txn({ compare = [], success, failure = [], ...seen }: Transaction): Promise<TransactionResult> {
    const outside = (o: Operation): Operation => ({ ...o, key: this.#out(o.key) });
    const result = await this.#store.txn({
      ...seen,
      compare: compare.map((c) => ({ ...c, key: this.#out(c.key) })),
      success: success.map(outside),
      failure: failure.map(outside),
    });
    return { ...result, items: result.items.map((i) => this.#item(i)) };
  }

  async *watch(prefix: string, options: { fromRevision: number; signal: AbortSignal }): AsyncIterable<StoreBatch> {
    for await (const { revision, events } of this.#store.watch(this.#out(prefix), options)) {
      yield { revision, events: events.map((e) => this.#event(e)) };
    }
  }

  compact(revision: number): Promise<void> {
    return this.#store.compact(revision);
  }

  async grantLease(ttlSeconds: number, id?: number): Promise<Lease> {
    return this.#lease(await this.#store.grantLease(ttlSeconds, id));
  }

  async keepLeaseAlive(id: number): Promise<Lease> {
    return this.#lease(await this.#store.keepLeaseAlive(id));
  }

  async lease(id: number): Promise<Lease> {
    return this.#lease(await this.#store.lease(id));
  }

  leases(): Promise<readonly number[]> {
    return this.#store.leases();
  }

  revokeLease(id: number): Promise<void> {
    return this.#store.revokeLease(id);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #out(key: string): string {
    const { inside, outside } = this.#prefixes;
    return key.startsWith(inside) ? outside + key.slice(inside.length) : key;
  }

  #in(key: string): string {
    const { inside, outside } = this.#prefixes;
    return key.startsWith(outside) ? inside + key.slice(outside.length) : key;
  }

  #item(item: StoredItem | undefined): StoredItem | undefined {
    return item && { ...item, key: this.#in(item.key) };
  }

  #event({ type, key, item, prev }: StoreEvent): StoreEvent {
    return {
      type,
      key: this.#in(key),
      ...(item && { item: this.#item(item)! }),
      ...(prev && { prev: this.#item(prev)! }),
    };
  }

  #lease(lease: Lease): Lease {
    return { ...lease, keys: lease.keys.map((k) => this.#in(k)) };
  }
}
