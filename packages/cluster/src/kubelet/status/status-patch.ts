import type { PodStatus } from '@tiphys/sdk/api';
import { equal, type JsonObject } from '@tiphys/sdk/machinery';
import { ownConditions } from './conditions.ts';

/** Lists that are merged by a key; the others are replaced as a whole. */
const mergeKeys: Readonly<Record<string, string>> = { conditions: 'type', podIPs: 'ip', hostIPs: 'ip' };

/** Fields that others write. */
const foreign = new Set(['nominatedNodeName', 'resize', 'resourceClaimStatuses', 'extendedResourceClaimStatus']);

type Item = Readonly<Record<string, unknown>>;

/**
 * The strategic merge patch that brings the stored status to the wanted one; undefined when it is there. Of the conditions it
 * names only those that differ, so that nobody else's is touched.
 */
export function statusPatch(stored: PodStatus, wanted: PodStatus): JsonObject | undefined {
  const patch: JsonObject = {};
  const before = stored as Item;
  const after = wanted as Item;
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (foreign.has(field) || equal(before[field], after[field])) continue;
    const key = mergeKeys[field];
    if (after[field] === undefined) patch[field] = null;
    else if (!key) patch[field] = after[field];
    else addMerged(patch, field, key, before[field] as Item[] | undefined, after[field] as Item[]);
  }
  return Object.keys(patch).length ? patch : undefined;
}

function addMerged(
  patch: JsonObject,
  field: string,
  key: string,
  before: readonly Item[] = [],
  after: readonly Item[],
) {
  const isOurs = (item: Item) =>
    field !== 'conditions' || (ownConditions as readonly string[]).includes(item[key] as string);
  const changed = after.filter(
    (item) =>
      isOurs(item) &&
      !equal(
        item,
        before.find((b) => b[key] === item[key]),
      ),
  );
  const dropped = before.filter((item) => isOurs(item) && !after.some((a) => a[key] === item[key]));
  if (changed.length + dropped.length === 0) return;
  patch[`$setElementOrder/${field}`] = after.map((item) => ({ [key]: item[key] }));
  const merged = changed.map((item) => ({
    ...without(
      before.find((b) => b[key] === item[key]),
      item,
    ),
    ...item,
  }));
  patch[field] = [...dropped.map((item) => ({ $patch: 'delete', [key]: item[key] })), ...merged];
}

/** Merging keeps what isn't named: what an item no longer has is named as null. */
function without(before: Item = {}, after: Item): Item {
  const gone = Object.keys(before).filter((field) => after[field] === undefined);
  return Object.fromEntries(gone.map((field) => [field, null]));
}
