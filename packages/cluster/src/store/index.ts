/**
 * Where objects live: ordered keys, immutable bytes, revisions, in the semantics of etcd v3. Engines implement
 * `StoreBackend` and pass one contract suite; nobody above knows which it is.
 */
export type {
  Compare,
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
export { compactRegularly } from './compaction.ts';
export {
  Compacted,
  KeyExists,
  LeaseExists,
  LeaseNotFound,
  RevisionMismatch,
  StoreFull,
  StoreRefusal,
  WriteConflict,
} from './errors.ts';
export type { ServedEtcd, ServeEtcdOptions } from './etcd/serve-etcd.ts';
export type { EtcdEndpoints } from './etcd/endpoints.ts';
export { openEtcd, serveEtcd } from './etcd/on-demand.ts';
export { DataDirectoryError } from './lmdb/data-directory.ts';
export { LmdbBackend } from './lmdb/lmdb-backend.ts';
export { PrefixedStore } from './prefixed.ts';
export { MemoryBackend } from './memory-backend.ts';
export { create, remove, update } from './writes.ts';
