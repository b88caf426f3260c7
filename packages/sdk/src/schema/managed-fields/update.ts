import type { KubeObject, ManagedFieldsEntry, StructShape } from '../../machinery/index.ts';
import { compareNew } from './creation.ts';
import { remembering, union } from './field-set.ts';
import {
  capUpdaters,
  disown,
  entryOf,
  groupOf,
  identityOf,
  type Managers,
  type Owner,
  readManagers,
  writeManagers,
} from './managers.ts';
import { Untyped } from './path-element.ts';
import { effectOf, type Effects, effectsOf, type Versions } from './versions.ts';

/** A path of field names that nobody owns through this way of writing: `status` in writes of the object itself. */
export type FieldPath = readonly string[];

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The moment of the write as objects carry it. */
  readonly now: string;
  readonly ignore?: readonly FieldPath[];
  /** Left out where the kind has one form. */
  readonly versions?: Versions;
}

export interface Update extends Writer {
  readonly shape: StructShape;
  /** Nothing on create. */
  readonly old: KubeObject | undefined;
  readonly next: KubeObject;
  /** `metadata.managedFields` as the client sent them, when decoding has dropped an empty list (which resets them). */
  readonly sent?: unknown;
}

/**
 * The managed fields after a create, update or patch. What the write added or changed is the writer's and nobody else's;
 * what it removed is nobody's. The writer's time moves only when it took something.
 */
export function updateManaged(update: Update): ManagedFieldsEntry[] | undefined {
  try {
    return tracked(update);
  } catch (err) {
    // As upstream: the write goes on, and nobody is known to own anything of an object whose items can't be told apart.
    if (err instanceof Untyped) return undefined;
    throw err;
  }
}

function tracked(update: Update): ManagedFieldsEntry[] | undefined {
  const { shape, old, next } = update;
  if (!old && next.metadata.managedFields === undefined && update.sent === undefined) return ofMaker(update);
  const live = old?.metadata.managedFields;
  const managers = startingManagers(update);
  if (managers.size === 0 && old && !sentManagers(update)) return undefined;
  const effects = effectsOf(update, shape, [old, next]);
  if (!effects && old && startsFromLive(update)) return live;
  if (effects) recordUpdate(managers, effects, update);
  dropEmpty(managers);
  capUpdaters(managers);
  return writeManagers(managers);
}

/** All that is new in a new object is its maker's. */
function ofMaker(update: Update): ManagedFieldsEntry[] | undefined {
  const { shape, next, manager, apiVersion, subresource, now, ignore } = update;
  const found = compareNew(shape, next);
  const set = found && effectOf(found, ignore).owned;
  return set && [entryOf({ manager, operation: 'Update', apiVersion, subresource, time: now, set })];
}

const both = remembering(union);

/** Gives the writer what it changed, taking it from all others. */
function recordUpdate(managers: Managers, effects: Effects, writer: Writer): void {
  for (const [id, owner] of managers) disown(managers, id, effects(owner.apiVersion).lost);
  const { manager, apiVersion, subresource, now } = writer;
  const set = effects(apiVersion).owned;
  if (!set) return;
  const owner: Owner = { manager, operation: 'Update', apiVersion, subresource, time: now, set };
  const id = identityOf(owner);
  managers.set(id, { ...owner, set: both(managers.get(id)?.set, set) });
}

/**
 * Clients may set managed fields themselves: an empty list (or one empty entry) resets them; broken or no entries leave the
 * live ones. Through a subresource they may not.
 */
function startingManagers(update: Update): Managers {
  const { old, next, sent, subresource, apiVersion } = update;
  if (!subresource && isReset(sent === undefined ? next.metadata.managedFields : sent)) return new Map();
  const entries = old?.metadata.managedFields ?? [];
  return sentManagers(update) ?? readManagers(entries, groupOf(apiVersion)) ?? new Map<string, Owner>();
}

/** Whom the client sent, if it sent any: nobody is left of those who can't be told in the object's terms. */
function sentManagers({ next, sent, subresource, apiVersion }: Update): Managers | undefined {
  const wanted = sent === undefined ? next.metadata.managedFields : sent;
  if (subresource || !Array.isArray(wanted) || !wanted.length || isReset(wanted)) return undefined;
  return readManagers(wanted as ManagedFieldsEntry[], groupOf(apiVersion));
}

const isReset = (sent: unknown): boolean =>
  Array.isArray(sent) && (sent.length === 0 || (sent.length === 1 && Object.keys(sent[0] as object).length === 0));

function startsFromLive({ old, next, sent, subresource }: Update): boolean {
  const wanted = sent ?? next.metadata.managedFields;
  return subresource !== '' || wanted === undefined || wanted === old?.metadata.managedFields;
}

/** Owners left with nothing go. */
export function dropEmpty(managers: Managers): void {
  for (const [id, { set }] of managers) if (!set) managers.delete(id);
}

/** The object as apply sees it: its managed fields aren't part of what is managed. */
export function withoutManaged<O extends KubeObject | undefined>(object: O): O {
  if (!object?.metadata?.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Everything that a live object has, as the doing of one manager: for objects that nobody has tracked yet. */
export function adoptLive(managers: Managers, shape: StructShape, live: KubeObject, writer: Writer): void {
  const effects = effectsOf(writer, shape, [undefined, live]);
  if (effects) recordUpdate(managers, effects, writer);
}
