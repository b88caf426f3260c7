import { isObject, isPrintable, type ManagedFieldsEntry } from '../../machinery/index.ts';
import {
  difference,
  type FieldSet,
  fieldSetOf,
  fieldsOf,
  parseFieldSet,
  remembering,
  sharedText,
  union,
} from './field-set.ts';

/** What one manager owns. A manager is told by name, operation, subresource, and unless it applies by API version. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly set: FieldSet | undefined;
}

export type Managers = Map<string, Owner>;

export const identityOf = ({ manager, operation, apiVersion, subresource }: Omit<Owner, 'time' | 'set'>): string =>
  operation === 'Apply'
    ? `${manager.length} ${manager} ${subresource}`
    : `${manager.length} ${manager}/${subresource.length} ${subresource} ${apiVersion}`;

/**
 * Reads `metadata.managedFields`; nothing when an entry is broken. Entries of another group than the object's can't be
 * told in its terms and are left out.
 */
export function readManagers(entries: readonly ManagedFieldsEntry[], group?: string): Managers | undefined {
  const managers: Managers = new Map();
  for (const entry of entries) {
    const { manager = '', operation, apiVersion, subresource = '', time, fieldsType, fieldsV1 } = entry;
    if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1') return undefined;
    let set: FieldSet | undefined;
    try {
      set = isObject(fieldsV1) ? parseFieldSet(fieldsV1) : undefined;
    } catch {
      // Upstream takes fields that it can't read for no entry at all, and so starts from the live ones.
      return undefined;
    }
    const owner: Owner = { manager, operation, apiVersion, subresource, time, set };
    if (group === undefined || groupOf(apiVersion) === group) managers.set(identityOf(owner), owner);
  }
  return managers;
}

export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/** Writes `metadata.managedFields`: appliers first, then by time, name, version, subresource. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  const owners = [...managers.values()];
  if (owners.length > 1) owners.sort(byAge);
  return owners.map(entryOf);
}

export function entryOf({ manager, operation, apiVersion, subresource, time, set }: Owner): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = manager ? { manager, operation } : { operation };
  entry.apiVersion = apiVersion;
  if (time !== undefined) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 = set ? fieldsOf(set) : {};
  if (subresource) entry.subresource = subresource;
  return entry;
}

/** The JSON of `metadata.managedFields`, in pieces: the longest of them are the same in all objects of one making, and made once. */
export function managedFieldsPieces(entries: readonly ManagedFieldsEntry[]): string[] {
  const pieces: string[] = [];
  for (const entry of entries) {
    const before = pieces.length ? ',' : '[';
    const fields = entry.fieldsV1 && sharedText(entry.fieldsV1);
    if (!fields) {
      pieces.push(before, JSON.stringify(entry));
      continue;
    }
    const { subresource } = entry;
    const end = subresource === undefined ? '}' : `,"subresource":${JSON.stringify(subresource)}}`;
    pieces.push(`${before}${startOf(entry)},"fieldsV1":`, fields, end);
  }
  pieces.push(pieces.length ? ']' : '[]');
  return pieces;
}

let lastStart: { readonly of: ManagedFieldsEntry; readonly text: string } | undefined;

/** What stands before the fields in an entry's JSON: for most writes of a second the same. */
function startOf(entry: ManagedFieldsEntry): string {
  if (!lastStart || !isAlike(lastStart.of, entry)) {
    const { fieldsV1: _f, subresource: _s, ...of } = entry;
    lastStart = { of, text: JSON.stringify(of).slice(0, -1) };
  }
  return lastStart.text;
}

const isAlike = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.apiVersion === b.apiVersion &&
  a.time === b.time &&
  a.fieldsType === b.fieldsType;

const byAge = (a: Owner, b: Owner): number =>
  inOrder(a.operation, b.operation) ||
  inOrder(a.time ?? '', b.time ?? '') ||
  inOrder(a.manager, b.manager) ||
  inOrder(a.apiVersion, b.apiVersion) ||
  inOrder(a.subresource, b.subresource);

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const maxUpdaters = 10;
const ancient = 'ancient-changes';

/** Merges the oldest updaters of a version into one entry when there are too many of them. */
export function capUpdaters(managers: Managers): void {
  if (managers.size <= maxUpdaters) return;
  const updaters = [...managers.values()].filter((o) => o.operation === 'Update').sort(byAge);
  let count = updaters.length;
  const oldest = new Map<string, Owner>();
  for (const owner of updaters) {
    if (count <= maxUpdaters) return;
    const first = oldest.get(owner.apiVersion);
    if (!first) {
      oldest.set(owner.apiVersion, owner);
      continue;
    }
    const bucket: Owner = { ...owner, manager: ancient, subresource: '', time: owner.time };
    const id = identityOf(bucket);
    const gathered = managers.get(id)?.set ?? first.set;
    if (!managers.has(id)) managers.delete(identityOf(first));
    managers.delete(identityOf(owner));
    managers.set(id, { ...bucket, set: union(owner.set, gathered) });
    count--;
  }
}

const left = remembering(difference);

/** Takes a set away from an owner; an owner of nothing goes. */
export function disown(managers: Managers, id: string, gone: FieldSet | undefined): void {
  const owner = managers.get(id);
  if (!owner) return;
  const set = left(owner.set, gone);
  if (!set) managers.delete(id);
  else if (set !== owner.set) managers.set(id, { ...owner, set });
}

/** Nobody owns what identifies an object or is the server's to set. */
const unowned = fieldSetOf([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['metadata', 'creationTimestamp'],
  ['metadata', 'selfLink'],
  ['metadata', 'uid'],
  ['metadata', 'clusterName'],
  ['metadata', 'generation'],
  ['metadata', 'managedFields'],
  ['metadata', 'resourceVersion'],
]);
export const withoutUnowned = (set: FieldSet | undefined): FieldSet | undefined => left(set, unowned);

const plainName = /^[\x20-\x7e]{1,128}$/;

/** The name that a client goes by which gives none: its User-Agent up to the first slash, what prints of 128 bytes of it. */
export function managerOf(fieldManager: string | null | undefined, userAgent: string | undefined): string {
  if (fieldManager) return fieldManager;
  const start = (userAgent ?? '').split('/', 1)[0]!;
  if (plainName.test(start)) return start;
  let name = '';
  for (const c of start) {
    if (!isPrintable(c)) continue;
    if (Buffer.byteLength(name + c) > 128) break;
    name += c;
  }
  return name || 'unknown';
}
