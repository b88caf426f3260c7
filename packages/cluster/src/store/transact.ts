import type { Operation, StoredItem, StoreEvent, Transaction } from './backend.ts';
import { holds } from './compare.ts';
import { DuplicateKey } from './errors.ts';

export interface Outcome {
  readonly succeeded: boolean;
  readonly items: readonly (StoredItem | undefined)[];
  /** What it changes, in order; empty when it only reads. */
  readonly events: readonly StoreEvent[];
}

/** What a transaction does to a store in which `find` gives a key's item, if its writes get this revision. */
export function transact(
  { compare = [], success, failure = [] }: Transaction,
  revision: number,
  find: (key: string) => StoredItem | undefined,
): Outcome {
  const succeeded = compare.every((c) => holds(c, find(c.key)));
  const operations = succeeded ? success : failure;
  const events: StoreEvent[] = [];
  // A single operation meets no other's key.
  const written = operations.length > 1 ? new Map<string, StoredItem | undefined>() : undefined;
  const items = operations.map((o) => {
    const prev = written?.has(o.key) ? written.get(o.key) : find(o.key);
    if (o.op === 'get') return prev;
    if (written?.has(o.key)) throw new DuplicateKey(o.key);
    const item = o.op === 'put' ? next(o, prev, revision) : undefined;
    written?.set(o.key, item);
    if (item) events.push({ type: 'put', key: o.key, item, ...(prev && { prev }) });
    else if (prev) events.push({ type: 'delete', key: o.key, prev });
    return item ?? prev;
  });
  return { succeeded, items, events };
}

function next(
  { key, value, lease = 0 }: Extract<Operation, { op: 'put' }>,
  prev: StoredItem | undefined,
  revision: number,
): StoredItem {
  return {
    key,
    value,
    createRevision: prev?.createRevision ?? revision,
    modRevision: revision,
    version: (prev?.version ?? 0) + 1,
    lease,
  };
}
