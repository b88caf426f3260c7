import { copyNotes } from './given-empty.ts';

/** A JSON object whose members nobody vouches for. */
export type JsonObject = { [key: string]: unknown };

/** What every object has. Objects are plain JSON: what came off the wire can go back on it. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

/** The shape of `metadata`; the declaration with its wire rules is in `api/meta`. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
  selfLink?: string;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
  subresource?: string;
}

export const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);

/** Own member or nothing: `constructor` and `__proto__` are keys like any other. */
export function own<T>(o: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return o !== undefined && Object.prototype.hasOwnProperty.call(o, key) ? o[key] : undefined;
}

/** Sets a member under any key; plain assignment to `__proto__` would change the object's prototype instead. */
export function put<T>(o: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(o, key, { value, enumerable: true, configurable: true, writable: true });
  } else o[key] = value;
}

/** A map's keys in order. Most stand so already. */
export function sortedKeys(map: object): string[] {
  const keys = Object.keys(map);
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
}

/** The same map with its keys in order, as upstream prints maps. */
export const inKeyOrder = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Freezes a JSON value all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const v of Object.values(value)) deepFreeze(v);
  return Object.freeze(value);
}

/** A mutable copy of a JSON value; prototype names survive. */
export function deepCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(deepCopy) as T;
  const out: JsonObject = {};
  for (const k in value) put(out, k, deepCopy((value as JsonObject)[k]));
  copyNotes(value, out);
  return out as T;
}

/** A mutable copy as it would come over a wire: without members that are undefined. */
export function wireCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => wireCopy(item ?? null));
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) if (member !== undefined) put(out, key, wireCopy(member));
  return out;
}

/** The same JSON value, members in the order of their names. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const key of Object.keys(value).sort()) put(out, key, sorted(value[key]));
  return out;
}

/** Deep equality of JSON values; key order doesn't matter, a member that is undefined counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => equal(x, b[i]));
  if (Array.isArray(b)) return false;
  const [x, y] = [a as JsonObject, b as JsonObject];
  let count = 0;
  for (const k in x) {
    if (x[k] === undefined) continue;
    const other = own(y, k);
    if (other === undefined || !equal(x[k], other)) return false;
    count++;
  }
  for (const k in y) if (y[k] !== undefined) count--;
  return count === 0;
}

/** The same, where null or a list of nothing is as good as none: that is how upstream asks whether what may not change has changed. */
export const equalButForEmptyLists = (a: unknown, b: unknown): boolean =>
  equal(a, b) || equal(withoutEmptyLists(a), withoutEmptyLists(b));

function withoutEmptyLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.length ? value.map(withoutEmptyLists) : undefined;
  if (!isObject(value)) return value ?? undefined;
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, withoutEmptyLists(v)]));
}
