import { isObject, type JsonObject, own, put } from '../object.ts';

/**
 * JSON merge patch (RFC 7386) as upstream's library does it: members of touched objects come out in alphabetical order, and
 * nulls are pruned from what is added, inside of lists too. Parts of the inputs may be shared by the result.
 */
export function mergePatch(document: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(document));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeValue(own(document, key), value));
  }
  return sortedObject(merged);
}

function mergeValue(current: unknown, value: unknown): unknown {
  if (!isObject(current)) return pruned(value);
  return isObject(value) ? mergePatch(current, value) : value;
}

function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (!isObject(value)) return value;
  return sortedObject(new Map(Object.entries(value).flatMap(([k, v]) => (v === null ? [] : [[k, pruned(v)]]))));
}

function sortedObject(members: Map<string, unknown>): JsonObject {
  const out: JsonObject = {};
  for (const key of [...members.keys()].sort()) put(out, key, members.get(key));
  return out;
}
