import { setMaxListeners } from 'node:events';
import type { Clock, Random } from '@tiphys/sdk/runtime';
import { type CallOptions, type Connection, hasRpcCode, isRpcNotFound } from '../../grpc/index.ts';
import type {
  Lease,
  ListOptions,
  ReadOptions,
  StoreBackend,
  StoreBatch,
  StoredItem,
  Transaction,
  TransactionResult,
} from '../backend.ts';
import { Compacted, LeaseExists, LeaseNotFound } from '../errors.ts';
import { compareTo, isCompacted, itemIn, itemOf, requestOf, storeError } from './conversion.ts';
import { Endpoints, type EtcdEndpoints } from './endpoints.ts';
import { etcdWatch } from './etcd-watch.ts';
import { kvService, leaseService } from './messages.ts';
import { OwnWrites } from './own-writes.ts';
import { Horizon } from './progress.ts';
import { after, rangeOf } from './ranges.ts';

export interface EtcdDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/** Items asked for at once, as upstream does. */
const pageSize = 500;

/**
 * The store in an etcd cluster. Reads are linearizable. A write whose answer was lost with its connection rejects as
 * unavailable, and may have been carried out.
 */
export class EtcdBackend implements StoreBackend {
  readonly #endpoints: Endpoints;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #closed = new AbortController();
  readonly #horizon = new Horizon();
  readonly #own = new OwnWrites();
  #compacted = 0;

  /** Resolves when a member answers. */
  static async open(endpoints: EtcdEndpoints, { clock, random }: EtcdDeps): Promise<EtcdBackend> {
    const store = new EtcdBackend(new Endpoints(endpoints, clock), { clock, random });
    try {
      await store.currentRevision();
      return store;
    } catch (cause) {
      await store.close();
      throw new Error(`no etcd answers at ${endpoints.endpoints.join(', ')}`, { cause });
    }
  }

  private constructor(endpoints: Endpoints, { clock, random }: EtcdDeps) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#random = random.fork('etcd-leases');
    // Every call that waits to be made again listens.
    setMaxListeners(0, this.#closed.signal);
  }

  /** The latest that this process has heard of. */
  get revision(): number {
    return this.#horizon.revision;
  }

  get compactedRevision(): number {
    return this.#compacted;
  }

  async currentRevision(): Promise<number> {
    const { header } = await this.#read((kv, o) => kv.range({ ...rangeOf('\0'), countOnly: true }, o));
    return this.#heard(header);
  }

  async get(
    key: string,
    { revision = 0 }: ReadOptions = {},
  ): Promise<{ item: StoredItem | undefined; revision: number }> {
    const { header, kvs } = await this.#read((kv, o) => kv.range({ key: Buffer.from(key), revision }, o), revision);
    return { item: kvs[0] && itemOf(kvs[0]), revision: this.#heard(header) };
  }

  async list(
    prefix: string,
    { revision = 0, startAfter, limit = Infinity }: ListOptions = {},
  ): Promise<{ items: StoredItem[]; more: boolean; revision: number }> {
    const items: StoredItem[] = [];
    const whole = rangeOf(prefix);
    let range = startAfter === undefined ? whole : after(whole, startAfter);
    // What is after the end is nothing, and no range.
    if (Buffer.compare(range.key, whole.rangeEnd) >= 0 && prefix) {
      return { items, more: false, revision: await this.currentRevision() };
    }
    let at = revision;
    for (;;) {
      const page = { ...range, revision: at, limit: Math.min(pageSize, limit - items.length) };
      const { header, kvs, more } = await this.#read((kv, o) => kv.range(page, o), at);
      const heard = this.#heard(header);
      // The pages after the first show the same moment.
      at ||= heard;
      for (const kv of kvs) items.push(itemOf(kv));
      if (!more || items.length >= limit) return { items, more, revision: heard };
      range = after(range, items.at(-1)!.key);
    }
  }

  async count(prefix: string): Promise<number> {
    const { header, count } = await this.#read((kv, o) => kv.range({ ...rangeOf(prefix), countOnly: true }, o));
    this.#heard(header);
    return count;
  }

  async txn({ compare = [], success, failure = [] }: Transaction): Promise<TransactionResult> {
    const request = {
      compare: compare.map(compareTo),
      success: success.map(requestOf),
      failure: failure.map(requestOf),
    };
    const writes = [...success, ...failure].some((o) => o.op !== 'get');
    for (const o of success) if (o.op === 'put') this.#own.sent(o.key, o.value);
    const { header, succeeded, responses } = await this.#call((c, o) => c.service(kvService).txn(request, o), {
      repeatable: !writes,
    }).catch((error: unknown) => {
      throw isRpcNotFound(error) ? new LeaseNotFound(leaseIn([...success, ...failure])) : storeError(error);
    });
    if (!succeeded) for (const o of success) this.#own.forget(o.key);
    const revision = this.#heard(header);
    const operations = succeeded ? success : failure;
    return { succeeded, revision, items: responses.map((r, i) => itemIn(r, operations[i]!, revision)) };
  }

  async *watch(
    prefix: string,
    { fromRevision, signal }: { fromRevision: number; signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    if (signal.aborted) return;
    if (fromRevision <= this.#compacted) throw new Compacted(this.#compacted);
    const either = AbortSignal.any([signal, this.#closed.signal]);
    const batches = etcdWatch(this.#endpoints, {
      prefix,
      fromRevision,
      horizon: this.#horizon,
      own: this.#own,
      clock: this.#clock,
      signal: either,
    });
    let told = 0;
    for await (const batch of batches) {
      this.#horizon.heard(batch.revision);
      if (!batch.events.length && batch.revision <= told) continue;
      told = batch.revision;
      yield batch;
    }
  }

  async compact(revision: number): Promise<void> {
    const to = Math.min(revision, this.revision);
    if (to <= this.#compacted) return;
    try {
      const compaction = { revision: to, physical: false };
      const { header } = await this.#call((c, o) => c.service(kvService).compact(compaction, o), { repeatable: true });
      this.#heard(header);
    } catch (error) {
      // Somebody else was first.
      if (!isCompacted(error)) throw error;
    }
    this.#compacted = Math.max(to, this.#compacted);
  }

  async grantLease(ttlSeconds: number, id = this.#newLeaseId()): Promise<Lease> {
    try {
      const request = { id, ttl: ttlSeconds };
      const { ttl } = await this.#call((c, o) => c.service(leaseService).leaseGrant(request, o), { repeatable: false });
      return { id, ttlSeconds: ttl, remainingSeconds: ttl, keys: [] };
    } catch (error) {
      throw hasRpcCode(error, 'FailedPrecondition') ? new LeaseExists(id) : storeError(error);
    }
  }

  async keepLeaseAlive(id: number): Promise<Lease> {
    const ttl = await this.#call(
      async (c, o) => {
        for await (const answer of c.service(leaseService).leaseKeepAlive(once({ id }), o)) return answer.ttl;
        return 0;
      },
      { repeatable: true },
    );
    if (!ttl) throw new LeaseNotFound(id);
    return this.lease(id);
  }

  async lease(id: number): Promise<Lease> {
    const { ttl, grantedTtl, keys } = await this.#call(
      (c, o) => c.service(leaseService).leaseTimeToLive({ id, keys: true }, o),
      { repeatable: true },
    );
    if (ttl < 0) throw new LeaseNotFound(id);
    return { id, ttlSeconds: grantedTtl, remainingSeconds: ttl, keys: keys.map(String).sort() };
  }

  async leases(): Promise<readonly number[]> {
    const { leases } = await this.#call((c, o) => c.service(leaseService).leaseLeases({}, o), { repeatable: true });
    return leases.map((l) => l.id);
  }

  async revokeLease(id: number): Promise<void> {
    try {
      const { header } = await this.#call((c, o) => c.service(leaseService).leaseRevoke({ id }, o), {
        repeatable: false,
      });
      this.#heard(header);
    } catch (error) {
      throw isRpcNotFound(error) ? new LeaseNotFound(id) : error;
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#endpoints.close();
  }

  async #read<T>(make: (kv: Kv, options: CallOptions) => Promise<T>, revision = 0): Promise<T> {
    try {
      return await this.#call((c, o) => make(c.service(kvService), o), { repeatable: true });
    } catch (error) {
      throw isCompacted(error) ? new Compacted(Math.max(this.#compacted, revision + 1)) : error;
    }
  }

  /** Ours, since etcd's own are larger than what a number can hold. */
  #newLeaseId(): number {
    return 1 + this.#random.int(2 ** 47);
  }

  #call<T>(
    make: (connection: Connection, options: CallOptions) => Promise<T>,
    { repeatable }: { repeatable: boolean },
  ): Promise<T> {
    return this.#endpoints.call(make, { signal: this.#closed.signal, repeatable });
  }

  #heard(header: { revision: number } | null): number {
    const revision = header?.revision ?? 0;
    this.#horizon.heard(revision);
    return revision;
  }
}

type Kv = ReturnType<typeof kvOf>;
const kvOf = (c: Connection) => c.service(kvService);

async function* once<T>(value: T): AsyncIterable<T> {
  yield value;
}

function leaseIn(operations: Transaction['success']): number {
  return operations.flatMap((o) => (o.op === 'put' && o.lease ? [o.lease] : []))[0] ?? 0;
}
