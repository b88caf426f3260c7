import {
  equal,
  emptyPath,
  field,
  type FieldError,
  forbiddenAt,
  inKeyOrder,
  invalid,
  type JsonObject,
  type Path,
  rangeProblem,
  required,
  unifiedDiff,
} from '../../../../machinery/index.ts';
import type { Container } from '../container.ts';
import type { Pod } from '../pod.ts';
import type { PodSchedulingGate, PodSpec } from '../pod-spec.ts';
import type { Volume } from '../volume.ts';
import { validateNodeAffinityNarrowed } from './affinity.ts';
import type { Gates, RuleContext } from '../../../../schema/index.ts';
import { isMirrorPod, validateAnnotationUpdates, validatePodAnnotations } from './annotations.ts';
import { isPadded, paddedImage } from './container.ts';
import { validatePodSpec } from './pod-spec.ts';
import { validateProfilesAgree } from './profiles.ts';
import { type PodRules, podRules } from './rules.ts';
import { validateTolerationsAdded } from './tolerations.ts';

const annotationsAt = field('metadata', 'annotations');
const specAt = field('spec');
const int32Max = 2147483647;

export function validatePod(errors: FieldError[], pod: Pod, gates?: Gates): void {
  validateWhole(errors, pod, podRules(true, undefined, gates));
  if (pod.spec.ephemeralContainers?.length) {
    errors.push(forbiddenAt(specAt.child('ephemeralContainers'), 'cannot be set on create'));
  }
  if (pod.spec.nodeName && pod.spec.schedulingGates?.length) {
    errors.push(forbiddenAt(specAt.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  const { annotations } = pod.metadata;
  if (annotations) validateProfilesAgree(errors, annotations, pod.spec, specAt);
}

/** What every write of a pod's spec must leave true. */
export function validateWhole(errors: FieldError[], pod: Pod, rules: PodRules): void {
  const { metadata, spec } = pod;
  const { annotations } = metadata;
  if (annotations) validatePodAnnotations(errors, annotations, annotationsAt, { spec, rules });
  validatePodSpec(errors, spec, specAt, { rules, metadata });
  if (!spec.serviceAccountName && spec.volumes) refuseTokens(errors, spec.volumes);
  if (spec.containers) refusePaddedImages(errors, spec.containers, 'containers');
  if (spec.initContainers) refusePaddedImages(errors, spec.initContainers, 'initContainers');
}

function refusePaddedImages(errors: FieldError[], containers: readonly Container[], list: string): void {
  for (const [i, { image }] of containers.entries()) {
    if (isPadded(image)) errors.push(paddedImage(image, specAt.child(list).index(i)));
  }
}

/** A token is always some account's. */
function refuseTokens(errors: FieldError[], volumes: readonly Volume[]): void {
  for (const [v, { projected }] of volumes.entries()) {
    for (const [i, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
      if (!serviceAccountToken) continue;
      const source = specAt.child('volumes').index(v).child('projected', 'sources').index(i);
      const why = 'must not be specified when serviceAccountName is not set';
      errors.push(forbiddenAt(source.child('serviceAccountToken'), why));
    }
  }
}

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

export function validatePodUpdate(errors: FieldError[], next: Pod, old: Pod, gates?: Gates): void {
  const rules = podRules(true, old, gates);
  validateWhole(errors, next, rules);
  validateAnnotations(errors, next, old, rules);

  for (const list of ['containers', 'initContainers'] as const) {
    const [containers, before] = [next.spec[list] ?? [], old.spec[list] ?? []];
    if (containers.length !== before.length) {
      errors.push(forbiddenAt(specAt.child(list), 'pod updates may not add or remove containers'));
      return;
    }
    validateImages(errors, containers, specAt.child(list));
  }
  const deadline = deadlineProblem(next.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds);
  if (deadline) {
    const value = next.spec.activeDeadlineSeconds;
    errors.push(invalid(specAt.child('activeDeadlineSeconds'), value ?? null, deadline));
    if (value !== undefined) return;
  }
  validateTolerationsAdded(
    errors,
    { next: next.spec.tolerations, old: old.spec.tolerations },
    specAt.child('tolerations'),
    rules,
  );
  validateGatesRemoved(errors, next.spec.schedulingGates, old.spec.schedulingGates, specAt.child('schedulingGates'));
  if (equal(next.spec, old.spec)) return;

  const isGated = Boolean(old.spec.schedulingGates?.length);
  if (isGated) validateNarrowed(errors, next.spec, old.spec);
  const allowed = withoutAllowedChanges(next.spec, old.spec);
  const rest = isGated ? withOldDemands(allowed, old.spec) : allowed;
  if (!equal(rest, old.spec)) {
    const diff = unifiedDiff(old.spec, rest);
    errors.push(forbiddenAt(specAt, `pod updates may not change fields other than ${updatable}\n${diff}`));
  }
}

/** Annotations are looked at once more beside those that were. */
function validateAnnotations(errors: FieldError[], { metadata, spec }: Pod, old: Pod, rules: PodRules): void {
  const { annotations } = metadata;
  validateAnnotationUpdates(errors, annotations, old.metadata.annotations, annotationsAt);
  if (annotations) validatePodAnnotations(errors, annotations, annotationsAt, { spec, rules });
}

function validateImages(errors: FieldError[], containers: readonly Container[], at: Path): void {
  for (const [i, container] of containers.entries()) {
    if (!container.image) errors.push(required(at.index(i).child('image')));
    if (isPadded(container.image)) errors.push(paddedImage(container.image, at.index(i)));
  }
}

/** A deadline may be set, and drawn nearer. */
function deadlineProblem(next: number | undefined, old: number | undefined): string | undefined {
  if (next === undefined) return old === undefined ? undefined : 'must not update from a positive integer to nil value';
  if (next < 0 || next > int32Max) return rangeProblem(0, int32Max);
  return old !== undefined && old < next ? 'must be less than or equal to previous value' : undefined;
}

type SchedulingGates = readonly PodSchedulingGate[] | undefined;

function validateGatesRemoved(errors: FieldError[], next: SchedulingGates, old: SchedulingGates, at: Path): void {
  // Of one that stands twice the last is told.
  const places = new Map((next ?? []).map(({ name }, i) => [name, i]));
  for (const [name, i] of places) {
    if (old?.some((gate) => gate.name === name)) continue;
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbiddenAt(at.index(i).child('name'), why));
  }
}

/** The new spec with everything put back that an update may change. */
function withoutAllowedChanges(next: PodSpec, old: PodSpec): PodSpec {
  const withOldImages = (list: 'containers' | 'initContainers') =>
    next[list]?.map((container, i): Container => withField(container, 'image', old[list]![i]!.image));
  let rest: PodSpec = { ...next, containers: withOldImages('containers')! };
  rest = withField(rest, 'initContainers', withOldImages('initContainers'));
  for (const name of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'] as const) {
    rest = withField(rest, name, old[name]);
  }
  const wasNegative = (old.terminationGracePeriodSeconds ?? 0) < 0;
  if (wasNegative && next.terminationGracePeriodSeconds === 1) {
    rest = withField(rest, 'terminationGracePeriodSeconds', old.terminationGracePeriodSeconds);
  }
  return rest;
}

function withField<O extends object, K extends keyof O>(object: O, name: K, value: O[K] | undefined): O {
  const out = { ...object };
  if (value === undefined) delete (out as JsonObject)[name as string];
  else out[name] = value;
  return out;
}

/** Behind its gates a pod may ask for more of its node. */
function validateNarrowed(errors: FieldError[], next: PodSpec, old: PodSpec): void {
  if (Object.entries(old.nodeSelector ?? {}).some(([k, v]) => next.nodeSelector?.[k] !== v)) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid(specAt.child('nodeSelector'), next.nodeSelector ? inKeyOrder(next.nodeSelector) : null, why));
  }
  const [now, before] = [next.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (equal(now, before)) return;
  validateNodeAffinityNarrowed(errors, now, before, specAt.child('affinity', 'nodeAffinity'));
}

/** The spec with what it asks of nodes put back. */
function withOldDemands(next: PodSpec, old: PodSpec): PodSpec {
  const { nodeAffinity: _, ...others } = next.affinity ?? {};
  const before = old.affinity?.nodeAffinity;
  const affinity = { ...others, ...(before && { nodeAffinity: before }) };
  // An affinity that wasn't there and says nothing else is as good as none.
  const isAny = Object.keys(affinity).length > 0 || old.affinity !== undefined;
  const rest = withField(next, 'nodeSelector', old.nodeSelector);
  return withField(rest, 'affinity', isAny ? affinity : undefined);
}

export function validateEphemeralUpdate(errors: FieldError[], next: Pod, old: Pod, { gates }: RuleContext): void {
  if (isMirrorPod(old.metadata))
    return void errors.push(forbiddenAt(emptyPath, 'static pods do not support ephemeral containers'));
  const rules = podRules(true, old, gates);
  validateWhole(errors, next, rules);
  validateAnnotations(errors, next, old, rules);
  const at = specAt.child('ephemeralContainers');
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = next.spec.ephemeralContainers?.findLast(({ name }) => name === before.name);
    const which = `existing ephemeral containers ${JSON.stringify(before.name)}`;
    if (!now) errors.push(forbiddenAt(at, `${which} may not be removed\n`));
    else if (!equal(now, before))
      errors.push(forbiddenAt(at, `${which} may not be changed\n${unifiedDiff(before, now)}`));
  }
}
