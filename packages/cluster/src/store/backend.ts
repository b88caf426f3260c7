/**
 * A key and its value at one revision. Revisions are numbers: 2^53 of them last a thousand years at ten thousand writes a
 * second.
 */
export interface StoredItem {
  readonly key: string;
  /** Never changed once stored; shared by all who read it. */
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 when created, counted up by every write. */
  readonly version: number;
  /** The lease that the key ends with; 0 for none. */
  readonly lease: number;
}

export interface StoreEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  /** The item as written; absent for a deletion. */
  readonly item?: StoredItem;
  /** What was there before; absent for a creation. */
  readonly prev?: StoredItem;
}

/** What one revision changed. Without events it is a progress notice: everything up to `revision` has been told. */
export interface StoreBatch {
  readonly revision: number;
  readonly events: readonly StoreEvent[];
}

export interface Compare {
  readonly key: string;
  readonly target: 'mod' | 'create' | 'version' | 'lease' | 'value';
  readonly is: '=' | '!=' | '<' | '>';
  /** 0 for a key that isn't there. */
  readonly value: number | Uint8Array;
}

export type Operation =
  | { readonly op: 'put'; readonly key: string; readonly value: Uint8Array; readonly lease?: number | undefined }
  | { readonly op: 'delete'; readonly key: string }
  | { readonly op: 'get'; readonly key: string };

export interface Transaction {
  /** All must hold for `success` to be carried out; otherwise `failure` is. Either writes a key at most once. */
  readonly compare?: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure?: readonly Operation[];
  /**
   * At this revision none of its keys was there, as whoever asks has read. What was written since still decides; an engine that
   * knows all of that needn't look on its disk.
   */
  readonly absentAt?: number | undefined;
}

export interface TransactionResult {
  readonly succeeded: boolean;
  /** The revision of everything the transaction wrote, or the store's when it wrote nothing. */
  readonly revision: number;
  /** One per operation carried out: what a put wrote, what a delete removed, what a get found. */
  readonly items: readonly (StoredItem | undefined)[];
}

export interface ReadOptions {
  /** Read as of this revision, one that the store has reached; the latest when left out. Throws `Compacted` when it is gone. */
  readonly revision?: number;
}

export interface ListOptions extends ReadOptions {
  /** Only keys after this one. */
  readonly startAfter?: string;
  readonly limit?: number;
}

export interface Lease {
  readonly id: number;
  readonly ttlSeconds: number;
  /** Seconds left. */
  readonly remainingSeconds: number;
  readonly keys: readonly string[];
}

/**
 * A store with etcd's semantics: bytes under ordered keys, one revision per transaction, watches that miss nothing. It knows
 * no kinds and no JSON. Throws `Compacted`, `LeaseNotFound` and `StoreFull`, and no other error that a caller branches on.
 * A write that has been acknowledged is durable, as far as the engine has anything to endure with.
 */
export interface StoreBackend {
  /** The revision of the last write that this process knows of; 1 in an empty store, as etcd counts. */
  readonly revision: number;
  /** Revisions before this one can't be read; watches begin after it. */
  readonly compactedRevision: number;
  /** The revision of the last write that anybody was acknowledged. */
  currentRevision(): Promise<number>;
  get(key: string, options?: ReadOptions): Promise<{ item: StoredItem | undefined; revision: number }>;
  /** Items whose key starts with `prefix`, in the order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: ListOptions): Promise<{ items: StoredItem[]; more: boolean; revision: number }>;
  count(prefix: string): Promise<number>;
  /** Whether a value would be kept in another form when it is written again. Never, in a store that has but one. */
  isStale?(key: string): Promise<boolean>;
  txn(transaction: Transaction): Promise<TransactionResult>;
  /**
   * Every change under the prefix, from `fromRevision` on (inclusive), in order, each once. When all that happened has been
   * told and the last of it was elsewhere, or there was nothing to tell, a progress notice follows: a reader always hears of
   * the store's revision. Throws `Compacted` when what it has yet to tell is gone.
   */
  watch(prefix: string, options: { fromRevision: number; signal: AbortSignal }): AsyncIterable<StoreBatch>;
  compact(revision: number): Promise<void>;
  /** With an id of the caller's choice when given. Throws `LeaseExists`. */
  grantLease(ttlSeconds: number, id?: number): Promise<Lease>;
  keepLeaseAlive(id: number): Promise<Lease>;
  lease(id: number): Promise<Lease>;
  leases(): Promise<readonly number[]>;
  /** Ends the lease and deletes its keys, in one revision. */
  revokeLease(id: number): Promise<void>;
  close(): Promise<void>;
}
