import {
  addAll,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  isPrintable,
  labelValueProblems,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
  type Path,
  pathSegmentProblems,
  qualifiedNameProblems,
  required,
  tooLong,
} from '../machinery/index.ts';
import type { NameRule } from './kind.ts';

/** A generateName may end in the dash that the suffix follows. */
const maybePrefix =
  (problems: (name: string) => string[]): NameRule =>
  (name, prefix) =>
    problems(prefix && name.endsWith('-') ? `${name.slice(0, -1)}a` : name);

export const nameIsSubdomain: NameRule = maybePrefix(dnsSubdomainProblems);
export const nameIsLabel: NameRule = maybePrefix(dnsLabelProblems);
/** A label that begins with a letter. */
export const nameIsOldLabel: NameRule = maybePrefix(dns1035LabelProblems);
export const nameIsPathSegment: NameRule = (name) => pathSegmentProblems(name);

const maxAnnotationBytes = 256 * 1024;
const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

export interface MetadataRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
}

/** Upstream's ValidateObjectMeta, its errors in its order. */
export function validateObjectMeta(
  meta: ObjectMeta,
  { namespaced, nameRule }: MetadataRules,
  at: Path,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const p of nameRule(meta.generateName, true))
      errors.push(invalid(at.child('generateName'), meta.generateName, p));
  }
  if (!meta.name) errors.push(required(at.child('name'), 'name or generateName is required'));
  else for (const p of nameRule(meta.name, false)) errors.push(invalid(at.child('name'), meta.name, p));

  if (namespaced) {
    if (!meta.namespace) errors.push(required(at.child('namespace')));
    else
      for (const p of dnsLabelProblems(meta.namespace)) errors.push(invalid(at.child('namespace'), meta.namespace, p));
  } else if (meta.namespace) errors.push(forbiddenAt(at.child('namespace'), 'not allowed on this type'));

  if ((meta.generation ?? 0) < 0) {
    errors.push(invalid(at.child('generation'), meta.generation, 'must be greater than or equal to 0'));
  }
  validateNotes(errors, meta, at);
  if (meta.finalizers) validateFinalizers(errors, meta.finalizers, at.child('finalizers'));
  if (meta.managedFields) validateManagers(errors, meta.managedFields, at.child('managedFields'));
  return errors;
}

/** What creations and updates look at alike. */
function validateNotes(errors: FieldError[], { labels, annotations, ownerReferences }: ObjectMeta, at: Path): void {
  if (labels) addAll(errors, validateLabels(labels, at.child('labels')));
  if (annotations) addAll(errors, validateAnnotations(annotations, at.child('annotations')));
  if (ownerReferences) validateOwnerReferences(errors, ownerReferences, at.child('ownerReferences'));
}

const usualName = /^[ -~]{0,128}$/;

function validateManagers(errors: FieldError[], entries: readonly ManagedFieldsEntry[], at: Path): void {
  for (const [i, { manager = '' }] of entries.entries())
    if (!usualName.test(manager)) addAll(errors, validateManagerName(manager, at.index(i).child('manager')));
}

const longestManager = 128;

/** The name that somebody writes fields under. */
export function validateManagerName(name: string, at: Path | string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(name) > longestManager) errors.push(tooLong(at, longestManager));
  let position = 0;
  for (const character of name) {
    if (!isPrintable(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalid(at, name, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** Upstream's ValidateObjectMetaUpdate. */
export function validateObjectMetaUpdate(next: ObjectMeta, old: ObjectMeta, at: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    const added = (next.finalizers ?? []).filter((f) => !old.finalizers?.includes(f));
    if (added.length) {
      errors.push(
        forbiddenAt(
          at.child('finalizers'),
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((f) => JSON.stringify(f)).join(', ')}}`,
        ),
      );
    }
  }
  if (next.generation !== undefined && next.generation < (old.generation ?? 0)) {
    errors.push(invalid(at.child('generation'), next.generation, 'must not be decremented'));
  }
  for (const name of fixed) {
    if (!equal(next[name], old[name])) errors.push(invalid(at.child(name), next[name] ?? '', 'field is immutable'));
  }
  validateNotes(errors, next, at);
  if (next.managedFields) validateManagers(errors, next.managedFields, at.child('managedFields'));
  return errors;
}

const fixed = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const satisfies readonly (keyof ObjectMeta)[];

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, at: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels ?? {}).sort()) {
    for (const p of qualifiedNameProblems(key)) errors.push(invalid(at, key, p));
    for (const p of labelValueProblems(labels![key]!)) errors.push(invalid(at, labels![key], p));
  }
  return errors;
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  at: Path,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(annotations ?? {})) {
    // Keys are told as they are, checked without regard to case.
    for (const p of qualifiedNameProblems(key.toLowerCase())) errors.push(invalid(at, key, p));
  }
  addAll(errors, annotationsSize(annotations, at));
  return errors;
}

export function annotationsSize(
  annotations: Readonly<Record<string, string>> | undefined,
  at: Path,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {}))
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (size > maxAnnotationBytes) errors.push(tooLong(at, maxAnnotationBytes));
  return errors;
}

function validateOwnerReferences(errors: FieldError[], owners: readonly OwnerReference[], at: Path): void {
  let controller: OwnerReference | undefined;
  for (const owner of owners) {
    validateOwner(errors, owner, at);
    if (!owner.controller) continue;
    if (controller) {
      errors.push(
        invalid(
          at,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`,
        ),
      );
    } else controller = owner;
  }
}

function validateOwner(errors: FieldError[], owner: OwnerReference, at: Path): void {
  const { group, version } = splitVersion(owner.apiVersion);
  if (!version) errors.push(invalid(at.child('apiVersion'), owner.apiVersion, 'version must not be empty'));
  if (!owner.kind) errors.push(invalid(at.child('kind'), owner.kind, 'must not be empty'));
  if (!owner.name) errors.push(invalid(at.child('name'), owner.name, 'must not be empty'));
  if (!owner.uid) errors.push(invalid(at.child('uid'), owner.uid, 'must not be empty'));
  if (owner.kind === 'Event' && version === 'v1' && (group === '' || group === 'events.k8s.io')) {
    errors.push(invalid(at, owner, `${group}/${version}, Kind=Event is disallowed from being an owner`));
  }
}

function splitVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash === -1) return { group: '', version: apiVersion };
  if (apiVersion.includes('/', slash + 1)) return { group: '', version: '' };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Finalizers without a domain are Kubernetes' own. */
export function validateFinalizerDomains({ finalizers }: ObjectMeta, at: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!finalizers) return errors;
  for (const [i, f] of finalizers.entries()) {
    if (f.includes('/') || standardFinalizers.has(f)) continue;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(at.child('finalizers').index(i), f, why));
  }
  return errors;
}

function validateFinalizers(errors: FieldError[], finalizers: readonly string[], at: Path): void {
  for (const f of finalizers) for (const p of qualifiedNameProblems(f)) errors.push(invalid(at, f, p));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(at, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
}
