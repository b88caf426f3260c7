import {
  badRequest,
  equal,
  isObject,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  own,
  type Shape,
  StatusError,
  type StructShape,
} from '../../machinery/index.ts';
import { restoreProblem } from '../restore.ts';
import { configProblems } from './check.ts';
import { type Conflict, conflictError, conflictsWith } from './conflict.ts';
import { emptyObject } from './creation.ts';
import { difference, type FieldSet, fieldSetOf, intersection, recursiveDifference, union } from './field-set.ts';
import { isUnchangedSinceClientSide, refreshLastApplied } from './last-applied.ts';
import {
  disown,
  groupOf,
  identityOf,
  type Managers,
  type Owner,
  readManagers,
  withoutUnowned,
  writeManagers,
} from './managers.ts';
import { merge, remove } from './merge.ts';
import { ownFields } from './own-fields.ts';
import { isNamedField, memberShape } from './structure.ts';
import { adoptLive, dropEmpty, withoutManaged, type Writer } from './update.ts';
import { effectsOf, type Form, formIn } from './versions.ts';

export interface Apply extends Writer {
  readonly shape: StructShape;
  readonly kind: string;
  /** Nothing when the object doesn't exist. */
  readonly live: KubeObject | undefined;
  /** The configuration as it was sent: not decoded, no defaults. */
  readonly applied: JsonObject;
  readonly force: boolean;
}

export interface Applied {
  /** The object with its managed fields, to be decoded and stored. */
  readonly object: KubeObject;
  /** False when nothing but managed fields may differ from the live object. */
  readonly changed: boolean;
}

/**
 * Server-side apply. The configuration is laid over the live object; what the manager applied before and no longer does goes,
 * unless somebody else owns it; what it would change of others' is a conflict, unless forced. Throws upstream's refusals.
 */
export function applyManaged(apply: Apply): Applied {
  const { shape, manager, force } = apply;
  const config = checkedConfig(apply);
  const live = withoutType(withoutManaged(apply.live) ?? emptyObject(shape));
  const managers = liveManagers(apply);
  const owner = ownerOf(apply, config);
  const id = identityOf(owner);
  const last = managers.get(id);
  managers.set(id, owner);

  let object = merge(shape, live, config) as JsonObject;
  if (last?.set) object = prune(apply, object, last, managers);

  const effects = effectsOf(apply, shape, [live, object]);
  const others = [...managers].filter(([other]) => other !== id);
  if (effects && !force) {
    const conflicts = others.flatMap(([, other]) => conflictsWith(other, effects(other.apiVersion).taken));
    refuseConflicts(conflicts, apply);
  }
  checkMerged(apply, object);
  if (effects) for (const [other, { apiVersion }] of others) disown(managers, other, effects(apiVersion).lost);

  const changed = !equal(live, object);
  managers.set(id, { ...owner, set: withoutUnowned(owner.set), time: changed ? apply.now : last?.time });
  dropEmpty(managers);
  const result = finished(apply, object, writeManagers(managers));
  return { object: manager === 'kubectl' ? refreshLastApplied(result, apply) : result, changed };
}

function checkedConfig(apply: Apply): JsonObject {
  const { applied, shape } = apply;
  const metadata = own(applied, 'metadata');
  const given = isObject(metadata) ? metadata : {};
  if (own(given, 'managedFields') !== undefined && own(given, 'managedFields') !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const config = withoutType(applied);
  const problems = configProblems(shape, config);
  if (problems.length === 0) return config;
  const why = problems.length === 1 ? problems[0] : ['errors:', ...problems.map((p) => `  ${p}`)].join('\n');
  throw new StatusError(500, '', `failed to create typed patch object ${objectText(apply)}: ${why}`);
}

/** What the merge makes must be an object of the kind: values that only look right are found here. */
function checkMerged(apply: Apply, object: JsonObject): void {
  const problem = restoreProblem(apply.shape, object);
  if (problem === undefined) return;
  const type = typeText(apply);
  throw new StatusError(
    500,
    '',
    `failed to convert new object ${objectText(apply)} to proper version: unable to convert unstructured object to ${type}: ${problem}`,
  );
}

function objectText(apply: Apply): string {
  const metadata = own(apply.applied, 'metadata');
  const named = (name: string): string => {
    const value = isObject(metadata) ? own(metadata, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return `(${named('namespace')}/${named('name')}; ${typeText(apply)})`;
}

const typeText = ({ apiVersion, kind }: Apply): string =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

function withoutType<O extends JsonObject | KubeObject>(object: O): JsonObject {
  const { apiVersion: _v, kind: _k, ...rest } = object as JsonObject;
  return rest;
}

/** Who owns what so far. An object that nobody tracked is taken to be the work of everybody before. */
function liveManagers({ shape, live, apiVersion, subresource, now, ignore }: Apply): Managers {
  const entries = live?.metadata.managedFields ?? [];
  const readable = readManagers(entries, groupOf(apiVersion));
  const managers = readable ?? new Map<string, Owner>();
  const isTracked = readable && entries.length > 0;
  if (!isTracked && live) {
    const before = { manager: 'before-first-apply', apiVersion, subresource, now, ...(ignore && { ignore }) };
    adoptLive(managers, shape, live, before);
  }
  return managers;
}

function ownerOf({ shape, manager, apiVersion, subresource, now, ignore }: Apply, config: JsonObject): Owner {
  const set = recursiveDifference(ownFields(shape, config), ignore && fieldSetOf(ignore));
  return { manager, operation: 'Apply', apiVersion, subresource, time: now, set };
}

/** Takes away what was applied last time and isn't owned by anybody now. */
function prune(apply: Apply, object: JsonObject, last: Owner, managers: Managers): JsonObject {
  const { apiVersion, shape, versions } = apply;
  const formFor = (form: Form, version: string) => formIn(form, version, versions);
  // It was applied in a version that may not be this one's, and so in that version's fields.
  const merged = formFor({ apiVersion, shape, object }, last.apiVersion);
  let left = without(merged, withNamedFields(merged.shape, last.set!));
  const owned = new Map<string, FieldSet | undefined>([[last.apiVersion, undefined]]);
  for (const { apiVersion: version, set } of managers.values()) owned.set(version, union(owned.get(version), set));
  for (const [version, set] of owned) left = withOwned(formFor(merged, version), formFor(left, version), set);
  // What the manager never owned was never its to take.
  const kept = formFor(left, last.apiVersion);
  const gone = difference(fieldsIn(merged), fieldsIn(kept));
  const final = intersection(gone, withNamedFields(merged.shape, last.set!));
  return final ? formFor(without(merged, final), apiVersion).object : object;
}

/** What others own comes back, and what lies in it. */
function withOwned(merged: Form, left: Form, owned: FieldSet | undefined): Form {
  const gone = difference(fieldsIn(merged), union(fieldsIn(left), owned && withNamedFields(merged.shape, owned)));
  return gone ? without(merged, gone) : merged;
}

function fieldsIn({ shape, object }: Form): FieldSet | undefined {
  const set = ownFields(shape, object);
  return set && withNamedFields(shape, set);
}

const without = (form: Form, gone: FieldSet): Form => ({
  ...form,
  object: (remove(form.shape, form.object, gone) ?? {}) as JsonObject,
});

/** Adds to a set the declared fields on the way to its members. */
function withNamedFields(shape: Shape, set: FieldSet): FieldSet {
  if (!set.children) return set;
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const name = element.slice(2);
    const isField = element[0] === 'f';
    const below = isField ? memberShape(shape, name) : shape.type === 'list' ? shape.items : shape;
    const inside = withNamedFields(below, child);
    children.set(element, isField && isNamedField(shape, name) ? { ...inside, member: true } : inside);
  }
  return { member: set.member, children };
}

function refuseConflicts(conflicts: readonly Conflict[], apply: Apply): void {
  const open =
    apply.manager === 'kubectl' ? conflicts.filter(({ path }) => !isUnchangedSinceClientSide(path, apply)) : conflicts;
  if (open.length) throw conflictError(open);
}

function finished(apply: Apply, object: JsonObject, managedFields: ManagedFieldsEntry[] | undefined): KubeObject {
  const metadata = { ...(object['metadata'] as JsonObject), ...(managedFields && { managedFields }) };
  return { apiVersion: apply.apiVersion, kind: apply.kind, ...object, metadata };
}
