import { join } from 'node:path';
import { Broadcast, type Clock } from '@tiphys/sdk/runtime';
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
import { Compacted, LeaseExists, StoreFull } from '../errors.ts';
import { compareKeys } from '../keys.ts';
import { LeaseBook } from '../lease-book.ts';
import { type Outcome, transact } from '../transact.ts';
import { DataDirectory } from './data-directory.ts';
import { GroupCommit } from './group-commit.ts';
import { type Left, RecentBatches } from './recent-batches.ts';
import { type Located, type Row, Tables } from './tables.ts';

/** Read or swept in one go, between pauses that let others run. */
const slice = 256;

/**
 * The store in a directory of this machine. Transactions are decided at once, against everything decided before, and
 * acknowledged when they are on the disk; reads and watches see only what is there.
 */
export class LmdbBackend implements StoreBackend {
  readonly #directory: DataDirectory;
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #writes: GroupCommit;
  readonly #leases: LeaseBook;
  readonly #recent: RecentBatches;
  readonly #written = new Broadcast();
  /** What has been decided and isn't on the disk. */
  readonly #ahead = new Map<string, Left>();
  #decided: number;
  #revision: number;
  #compacted: number;
  /** What compactions have asked for that may not be on the disk yet. */
  #compacting: number;
  #lastLease: number;
  #sweeping: Promise<void> | undefined;
  #closed = false;

  /** Opens the store in a directory, which is made when it isn't there. Throws `DataDirectoryError` when it can't be used. */
  static async open(path: string, { clock }: { clock: Clock }): Promise<LmdbBackend> {
    const directory = DataDirectory.open(path, clock);
    try {
      const tables = new Tables(join(path, 'data'), clock);
      directory.sync();
      return new LmdbBackend(directory, tables, clock);
    } catch (error) {
      directory.close();
      throw error;
    }
  }

  private constructor(directory: DataDirectory, tables: Tables, clock: Clock) {
    this.#directory = directory;
    this.#tables = tables;
    this.#clock = clock;
    this.#writes = new GroupCommit(tables, clock, () => this.#takeBack());
    this.#compacted = this.#compacting = tables.state('compacted');
    this.#revision = Math.max(tables.lastLogged, this.#compacted, 1);
    this.#decided = this.#revision;
    this.#recent = new RecentBatches(this.#revision);
    this.#lastLease = tables.state('lastLease');
    this.#leases = new LeaseBook(clock, (id) => this.#expire(id));
    for (const { id, ttlSeconds } of tables.leases()) this.#leases.add(id, ttlSeconds);
    this.#sweep();
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
    return { item: this.#tables.find(key, this.#readable(revision))?.item, revision: this.#revision };
  }

  async list(
    prefix: string,
    { revision, startAfter, limit = Infinity }: ListOptions = {},
  ): Promise<{ items: StoredItem[]; more: boolean; revision: number }> {
    const latest = this.#revision;
    const at = this.#readable(revision);
    const items: StoredItem[] = [];
    const read = { revision: at, startAfter, limit: limit + 1 };
    for await (const part of this.#inSlices((snapshot) => this.#tables.scan(prefix, { ...read, snapshot }))) {
      items.push(...part);
    }
    const more = items.length > limit;
    if (more) items.pop();
    return { items, more, revision: latest };
  }

  async count(prefix: string): Promise<number> {
    const revision = this.#readable();
    let n = 0;
    for await (const part of this.#inSlices((snapshot) => this.#tables.scanKeys(prefix, { revision, snapshot }))) {
      n += part.length;
    }
    return n;
  }

  async txn(transaction: Transaction): Promise<TransactionResult> {
    this.#mustBeOpen();
    const { succeeded, items, batch, rows } = this.#decide(transaction);
    for (const { item } of batch.events) if (item?.lease) this.#leases.time(item.lease);
    if (rows.length) await this.#commit(batch, rows);
    else if (this.#ahead.size) await this.#writes.submit([]);
    return { succeeded, revision: rows.length ? batch.revision : this.#revision, items };
  }

  async *watch(
    prefix: string,
    { fromRevision, signal }: { fromRevision: number; signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    let next = fromRevision;
    let told = 0;
    while (!signal.aborted && !this.#closed) {
      if (next <= this.#compacted) throw new Compacted(this.#compacted);
      if (next <= this.#revision) {
        const upTo = this.#revision;
        const recent = this.#recent.from(next);
        const batches = recent ?? this.#tables.batches(next, upTo, slice);
        for (const batch of batches) {
          next = batch.revision + 1;
          const events = batch.events.filter((e) => e.key.startsWith(prefix));
          if (!events.length) continue;
          told = batch.revision;
          yield { revision: told, events };
          if (signal.aborted) return;
        }
        // The first revision has no batch.
        if (batches.length < slice) next = Math.max(next, upTo + 1);
        if (!recent) await this.#clock.yield();
      } else if (told < this.#revision) {
        told = this.#revision;
        yield { revision: told, events: [] };
      } else {
        await this.#written.next(signal);
      }
    }
  }

  async compact(revision: number): Promise<void> {
    this.#mustBeOpen();
    const to = Math.min(revision, this.#revision);
    if (to <= this.#compacted) return;
    // One that asks for less than another on its way must not write its own over it.
    const rows = to > this.#compacting ? [this.#tables.stateRow('compacted', to)] : [];
    this.#compacting = Math.max(to, this.#compacting);
    await this.#writes.submit(rows, () => {
      this.#compacted = Math.max(to, this.#compacted);
    });
    this.#sweep();
  }

  async grantLease(ttlSeconds: number, id = this.#lastLease + 1): Promise<Lease> {
    this.#mustBeOpen();
    if (this.#leases.has(id)) throw new LeaseExists(id);
    this.#lastLease = Math.max(this.#lastLease, id);
    const rows = [this.#tables.leaseRow(id, ttlSeconds), this.#tables.stateRow('lastLease', this.#lastLease)];
    await this.#writes.submit(rows, () => this.#leases.add(id, ttlSeconds));
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
    const { keys } = this.#lease(id);
    this.#leases.remove(id);
    const { batch, rows } = this.#decide({ success: keys.map((key) => ({ op: 'delete', key })) });
    const end = this.#tables.leaseRow(id, undefined);
    if (rows.length) await this.#commit(batch, [...rows, end]);
    else await this.#writes.submit([end]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leases.close();
    this.#written.notify();
    await this.#sweeping;
    await this.#writes.idle();
    await this.#tables.close();
    this.#directory.close();
  }

  /** What a transaction does. Nothing may be awaited between this and its commit. */
  #decide(transaction: Transaction): Outcome & { batch: StoreBatch; rows: Row[] } {
    const find = remembered((key) => this.#find(key, transaction.absentAt));
    const revision = this.#decided + 1;
    const outcome = transact(transaction, revision, (key) => find(key)?.item);
    const batch = { revision, events: outcome.events };
    return { ...outcome, batch, rows: this.#tables.rowsOf(batch, (key) => find(key)?.place) };
  }

  async #commit(batch: StoreBatch, rows: readonly Row[]): Promise<void> {
    const { revision, events } = batch;
    this.#decided = revision;
    const left = events.map(({ item }, index): Left => ({ revision, index, item }));
    for (const one of left) this.#ahead.set(events[one.index]!.key, one);
    await this.#writes.submit(rows, () => {
      this.#revision = revision;
      for (const { key } of events) if (this.#ahead.get(key)?.revision === revision) this.#ahead.delete(key);
      this.#recent.push(batch, left);
      this.#written.notify();
    });
  }

  /** What was decided and couldn't be written never was. */
  #takeBack(): void {
    this.#ahead.clear();
    this.#decided = this.#revision;
    this.#compacting = this.#compacted;
    const known = new Set(this.#leases.ids);
    for (const { id, ttlSeconds } of this.#tables.leases()) if (!known.has(id)) this.#leases.add(id, ttlSeconds);
  }

  /** To look on the disk costs more than all the rest of a write: its pages were written anew by the last commit. */
  #find(key: string, absentAt?: number): Located | undefined {
    const decided = this.#ahead.get(key);
    if (decided) return located(decided);
    if (absentAt === this.#revision) return undefined;
    const known = this.#recent.latest(key);
    if (known) return located(known);
    if (absentAt !== undefined && this.#recent.coversAfter(absentAt)) return undefined;
    return this.#tables.find(key, this.#revision);
  }

  #lease(id: number): Lease {
    this.#mustBeOpen();
    const time = this.#leases.time(id);
    const named = new Set([...this.#tables.attachedTo(id), ...this.#ahead.keys()]);
    const keys = [...named].filter((key) => this.#find(key)?.item.lease === id).sort(compareKeys);
    return { id, ...time, keys };
  }

  #expire(id: number): void {
    this.revokeLease(id).catch((error: unknown) => {
      // The lease is back, and its end is tried again when its time is up once more.
      if (!(error instanceof StoreFull)) throw error;
    });
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Error('the store is closed');
  }

  #readable(revision = this.#revision): number {
    this.#mustBeOpen();
    if (revision < this.#compacted) throw new Compacted(this.#compacted);
    return Math.min(revision, this.#revision);
  }

  /** A long read of one moment that lets others run. */
  async *#inSlices<T>(read: (snapshot: ReturnType<Tables['snapshot']>) => Iterable<T>): AsyncIterable<T[]> {
    const snapshot = this.#tables.snapshot();
    try {
      let part: T[] = [];
      for (const one of read(snapshot)) {
        part.push(one);
        if (part.length < slice) continue;
        yield part;
        part = [];
        await this.#clock.yield();
      }
      yield part;
    } finally {
      snapshot.done();
    }
  }

  /** Removes what compaction has made superfluous, a little in each commit. */
  #sweep(): void {
    this.#sweeping ??= this.#sweepAll()
      // A full disk: what is left is swept at the next compaction, or the next start.
      .catch(() => {})
      .finally(() => (this.#sweeping = undefined));
  }

  async #sweepAll(): Promise<void> {
    let swept = this.#tables.state('swept');
    while (swept < this.#compacted && !this.#closed) {
      const { rows, upTo } = this.#tables.superseded(swept + 1, this.#compacted, slice);
      await this.#writes.submit([...rows, this.#tables.stateRow('swept', upTo)]);
      swept = upTo;
    }
  }
}

const located = ({ revision, index, item }: Left): Located | undefined => item && { item, place: { revision, index } };

/** Asks about each key once; most transactions are about a single one. */
function remembered(find: (key: string) => Located | undefined): (key: string) => Located | undefined {
  let last: { readonly key: string; readonly found: Located | undefined } | undefined;
  let others: Map<string, Located | undefined> | undefined;
  return (key) => {
    if (last?.key === key) return last.found;
    if (last) (others ??= new Map()).set(last.key, last.found);
    const found = others?.has(key) ? others.get(key) : find(key);
    last = { key, found };
    return found;
  };
}
