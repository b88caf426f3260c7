import { type Database, open, type RootDatabase, type Transaction as Snapshot } from 'lmdb';
import type { Clock } from '@tiphys/sdk/runtime';
import type { StoreBatch, StoredItem, StoreEvent } from '../backend.ts';
import {
  afterVersionsOf,
  attachedKey,
  type Change,
  decodeChange,
  decodeNumber,
  decodeVersion,
  encodeChange,
  encodeNumber,
  encodeVersion,
  isVersionOfSameKey,
  keyOfAttached,
  logKey,
  type Place,
  placeOf,
  rangeOf,
  revisionOfVersion,
  versionKey,
} from './layout.ts';
import { Room } from './room.ts';

type Table = Database<Buffer, Buffer>;

/** One change of one table; without a value, a deletion. */
export interface Row {
  readonly table: Table;
  readonly key: Buffer;
  readonly value?: Buffer;
  /** The key is behind all there are. */
  readonly isLast?: boolean;
}

export interface Located {
  readonly item: StoredItem;
  readonly place: Place;
}

export interface ScanOptions {
  readonly revision: number;
  readonly startAfter?: string | undefined;
  readonly limit?: number;
  /** Read what was there when the snapshot was taken, whatever has been written since. */
  readonly snapshot?: Snapshot;
}

/** Values of a page or two stay in the tree beside their keys; larger ones have pages of their own. */
const pageSize = 8192;
/** The way down a tree, which a change of a row copies. */
const pagesOfWay = 4;

/** The tables of the embedded store: what lies where, and how it is read at a revision. */
export class Tables {
  readonly #room: Room;
  readonly #env: RootDatabase<Buffer, Buffer>;
  readonly #log: Table;
  readonly #keys: Table;
  readonly #leases: Table;
  readonly #attached: Table;
  readonly #state: Table;

  constructor(path: string, clock: Clock) {
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
    // With `overlappingSync` a write would be acknowledged before it is on the disk. Writes come in batches of our own.
    this.#env = open<Buffer, Buffer>({ path, pageSize, overlappingSync: false, eventTurnBatching: false, ...binary });
    this.#room = new Room(path, clock);
    const table = (name: string): Table => this.#env.openDB<Buffer, Buffer>({ name, ...binary });
    this.#log = table('log');
    this.#keys = table('keys');
    this.#leases = table('leases');
    this.#attached = table('attached');
    this.#state = table('state');
  }

  /** Writes all or nothing; resolves when it is on the disk. */
  async write(rows: readonly Row[]): Promise<void> {
    const appended: Promise<boolean>[] = [];
    const written = this.#env.batch(() => {
      for (const { table, key, value, isLast } of rows) {
        if (!value) void table.remove(key);
        // The engine has this option; its types for a table without versions don't.
        else if (isLast) appended.push((table as unknown as Appending).put(key, value, append));
        else void table.put(key, value);
      }
    });
    const [, ...wereLast] = await Promise.all([written, ...appended]);
    if (wereLast.includes(false)) throw new Error('the store is damaged: the log goes on behind its end');
    // Reads see it at once.
    this.#env.resetReadTxn();
  }

  /** Takes the room for these rows; false unless they fit on the disk in any case: the engine's memory is damaged when a commit finds out that they don't. */
  takeRoom(rows: readonly Row[]): boolean {
    const bytes = rows.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return this.#room.take(2 * bytes + rows.length * pagesOfWay * pageSize);
  }

  close(): Promise<void> {
    return this.#env.close();
  }

  snapshot(): Snapshot {
    return this.#env.useReadTransaction();
  }

  get lastLogged(): number {
    for (const key of this.#log.getKeys({ reverse: true, limit: 1 })) return placeOf(key).revision;
    return 0;
  }

  state(name: 'compacted' | 'swept' | 'lastLease'): number {
    const value = this.#state.get(Buffer.from(name));
    return value ? decodeNumber(value) : 0;
  }

  stateRow(name: 'compacted' | 'swept' | 'lastLease', value: number): Row {
    return { table: this.#state, key: Buffer.from(name), value: encodeNumber(value) };
  }

  leases(): { id: number; ttlSeconds: number }[] {
    const entries = [...this.#leases.getRange({})];
    return entries.map(({ key, value }) => ({ id: decodeNumber(key), ttlSeconds: decodeNumber(value) }));
  }

  leaseRow(id: number, ttlSeconds: number | undefined): Row {
    const key = encodeNumber(id);
    return ttlSeconds === undefined
      ? { table: this.#leases, key }
      : { table: this.#leases, key, value: encodeNumber(ttlSeconds) };
  }

  attachedTo(lease: number): string[] {
    const range = { start: encodeNumber(lease), end: encodeNumber(lease + 1) };
    return [...this.#attached.getKeys(range)].map(keyOfAttached);
  }

  /** The rows of what one revision changes; `placeOf` tells where a previous item is in the log. */
  rowsOf({ revision, events }: StoreBatch, placeOf: (key: string) => Place | undefined): Row[] {
    const rows: Row[] = [];
    for (let index = 0; index < events.length; index++) {
      const { key, item, prev } = events[index]!;
      const change = { key, item, prev: prev && placeOf(key) };
      rows.push(
        { table: this.#log, key: logKey({ revision, index }), value: encodeChange(change), isLast: true },
        { table: this.#keys, key: versionKey(key, revision), value: encodeVersion(index, !item) },
      );
      const [before, now] = [prev?.lease ?? 0, item?.lease ?? 0];
      if (before && before !== now) rows.push({ table: this.#attached, key: attachedKey(before, key) });
      if (now && before !== now) rows.push({ table: this.#attached, key: attachedKey(now, key), value: nothing });
    }
    return rows;
  }

  /** The key's item as it was at a revision. */
  find(key: string, revision: number): Located | undefined {
    const range = { start: versionKey(key, revision), end: afterVersionsOf(key), limit: 1 };
    for (const version of this.#keys.getRange(range)) return this.#located(version.key, version.value);
    return undefined;
  }

  /** The items under a prefix as they were at a revision, in order. Not to be held over a pause unless of a snapshot. */
  *scan(prefix: string, options: ScanOptions): Iterable<StoredItem> {
    for (const version of this.#versions(prefix, options)) {
      yield this.#located(version.key, version.value, options.snapshot)!.item;
    }
  }

  /** One for each key there is under a prefix. */
  *scanKeys(prefix: string, options: ScanOptions): Iterable<undefined> {
    for (const _ of this.#versions(prefix, options)) yield undefined;
  }

  /** What the revisions from one to another changed, at most so many of them, in order. */
  batches(from: number, to: number, limit: number): StoreBatch[] {
    const batches: StoreBatch[] = [];
    let events: StoreEvent[] = [];
    let revision = 0;
    for (const entry of this.#log.getRange({ start: logKey({ revision: from, index: 0 }), end: afterRevision(to) })) {
      const place = placeOf(entry.key);
      if (place.revision !== revision) {
        if (batches.length === limit) break;
        revision = place.revision;
        events = [];
        batches.push({ revision, events });
      }
      events.push(this.#event(decodeChange(entry.value, revision)));
    }
    return batches;
  }

  /**
   * What compacting the revisions from one to another makes superfluous: the predecessor of each change, and the change itself
   * when it deleted. Stops after so many changes, at the end of a revision; `upTo` tells where.
   */
  superseded(from: number, to: number, limit: number): { rows: Row[]; upTo: number } {
    const rows: Row[] = [];
    let upTo = to;
    let changes = 0;
    for (const entry of this.#log.getRange({ start: logKey({ revision: from, index: 0 }), end: afterRevision(to) })) {
      const { revision, index } = placeOf(entry.key);
      if (changes++ >= limit && index === 0) {
        upTo = revision - 1;
        break;
      }
      const { key, item, prev } = decodeChange(entry.value, revision);
      if (prev) rows.push(...this.#removal(key, prev));
      if (!item) rows.push(...this.#removal(key, { revision, index }));
    }
    return { rows, upTo };
  }

  #removal(key: string, place: Place): Row[] {
    return [
      { table: this.#log, key: logKey(place) },
      { table: this.#keys, key: versionKey(key, place.revision) },
    ];
  }

  *#versions(
    prefix: string,
    { revision, startAfter, limit = Infinity, snapshot }: ScanOptions,
  ): Iterable<{ key: Buffer; value: Buffer }> {
    const { start: first, end } = rangeOf(prefix);
    const after = startAfter === undefined ? first : afterVersionsOf(startAfter);
    const start = after.compare(first) > 0 ? after : first;
    const range = { end, ...(start.length && { start }), ...(snapshot && { transaction: snapshot }) };
    let settled: Buffer | undefined;
    let found = 0;
    for (const { key, value } of this.#keys.getRange(range)) {
      if (settled && isVersionOfSameKey(key, settled)) continue;
      if (revisionOfVersion(key) > revision) continue;
      settled = key;
      if (decodeVersion(value).isDeletion) continue;
      yield { key, value };
      if (++found === limit) return;
    }
  }

  #located(versionKey: Buffer, version: Buffer, snapshot?: Snapshot): Located | undefined {
    const { index, isDeletion } = decodeVersion(version);
    if (isDeletion) return undefined;
    const place = { revision: revisionOfVersion(versionKey), index };
    return { place, item: this.#change(place, snapshot).item! };
  }

  #event({ key, item, prev }: Change): StoreEvent {
    const before = prev && this.#change(prev).item!;
    return { type: item ? 'put' : 'delete', key, ...(item && { item }), ...(before && { prev: before }) };
  }

  #change(place: Place, snapshot?: Snapshot): Change {
    const bytes = this.#log.get(logKey(place), snapshot && { transaction: snapshot });
    if (!bytes) throw new Error(`the store is damaged: the log has nothing at ${place.revision}.${place.index}`);
    return decodeChange(bytes, place.revision);
  }
}

const nothing = Buffer.from([0]);
/** A page that is full stays so; otherwise it would be split in two halves, and the log take twice the room. */
const append = { append: true } as const;

interface Appending {
  /** Whether the key was behind all others. */
  put(key: Buffer, value: Buffer, options: typeof append): Promise<boolean>;
}

function afterRevision(revision: number): Buffer {
  return logKey({ revision: revision + 1, index: 0 });
}
