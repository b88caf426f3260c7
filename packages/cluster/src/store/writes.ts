import type { StoreBackend, StoredItem } from './backend.ts';
import { KeyExists, RevisionMismatch } from './errors.ts';

/** Writes a key that must not be there yet, and at one revision wasn't, if the caller has seen that. Throws `KeyExists`. */
export async function create(
  store: StoreBackend,
  key: string,
  value: Uint8Array,
  { lease, absentAt }: { lease?: number | undefined; absentAt?: number | undefined } = {},
): Promise<StoredItem> {
  const result = await store.txn({
    compare: [{ key, target: 'mod', is: '=', value: 0 }],
    success: [{ op: 'put', key, value, lease }],
    absentAt,
  });
  if (!result.succeeded) throw new KeyExists(key, result.revision);
  return result.items[0]!;
}

/** Writes a key that must be at the revision the caller has seen. Throws `RevisionMismatch`. */
export async function update(
  store: StoreBackend,
  key: string,
  value: Uint8Array,
  { ifRevision, lease }: { ifRevision: number; lease?: number | undefined },
): Promise<StoredItem> {
  const result = await store.txn({
    compare: [{ key, target: 'mod', is: '=', value: ifRevision }],
    success: [{ op: 'put', key, value, lease }],
  });
  if (!result.succeeded) throw new RevisionMismatch(key, ifRevision, result.revision);
  return result.items[0]!;
}

/** Deletes a key that must be at the revision the caller has seen; the revision of the deletion. Throws `RevisionMismatch`. */
export async function remove(store: StoreBackend, key: string, options: { ifRevision: number }): Promise<number> {
  const result = await store.txn({
    compare: [{ key, target: 'mod', is: '=', value: options.ifRevision }],
    success: [{ op: 'delete', key }],
  });
  if (!result.succeeded) throw new RevisionMismatch(key, options.ifRevision, result.revision);
  return result.revision;
}
