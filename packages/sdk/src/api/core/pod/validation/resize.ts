import {
  emptyPath,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
} from '../../../../machinery/index.ts';
import type { Gates, RuleContext } from '../../../../schema/index.ts';
import { isOpen } from '../../../meta/field-gates.ts';
import type { Container } from '../container.ts';
import type { Pod } from '../pod.ts';
import type { PodSpec } from '../pod-spec.ts';
import { qosClassOf } from '../qos.ts';
import type { ResourceList } from '../resource-totals.ts';
import type { ResourceRequirements } from '../resources.ts';
import { isMirrorPod } from './annotations.ts';
import { isSidecar } from '../containers-of.ts';
import { validateWhole } from './pod.ts';
import { podRules } from './rules.ts';

const specAt = field('spec');
const podLevelGate = 'InPlacePodLevelResourcesVerticalScaling';

/** A running pod's CPU and memory may change, and nothing else of it. */
export function validateResize(errors: FieldError[], next: Pod, old: Pod, { gates }: RuleContext): void {
  if (isMirrorPod(old.metadata)) return void errors.push(forbiddenAt(emptyPath, 'static pods cannot be resized'));
  if (old.spec.os?.name === 'windows')
    return void errors.push(forbiddenAt(emptyPath, 'windows pods cannot be resized'));
  validateChange(errors, next, old, gates);
  if (!errors.length && !equal(withOldComputeEverywhere(next.spec, old.spec), old.spec)) {
    errors.push(forbiddenAt(specAt, 'only cpu and memory resources are mutable'));
  }
}

function validateChange(errors: FieldError[], next: Pod, old: Pod, gates: Gates | undefined): void {
  validateWhole(errors, next, podRules(true, old, gates));
  const before = old.status.qosClass ?? qosClassOf(old.spec);
  if (before !== qosClassOf(next.spec)) {
    errors.push(invalid(specAt, next.status.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  const running = old.status.containerStatuses?.find(({ state }) => state?.running);
  if (running && !running.resources) errors.push(forbiddenAt(specAt, 'Pod running on node without support for resize'));
  if ((asks(next.spec.resources) || asks(old.spec.resources)) && !isOpen(gates, podLevelGate)) {
    const why = `resize of pods with pod-level resources is forbidden when ${podLevelGate}Enabled feature gate is disabled`;
    return void errors.push(forbiddenAt(emptyPath, why));
  }
  validatePodLevel(errors, next.spec.resources, old.spec.resources);
  if (old.status.nodeAllocatableResourceClaimStatuses?.length) {
    errors.push(forbiddenAt(specAt, 'pods with node allocatable resource claims cannot be resized'));
  }
  const found = errors.length;
  validateSameContainers(errors, next.spec, old.spec);
  if (errors.length > found) return;
  const mayResize = (c: Container) => isSidecar(c) || isOpen(gates, 'InPlacePodVerticalScalingInitContainers');
  validateInitRemovals(errors, next.spec.initContainers ?? [], old.spec.initContainers ?? [], mayResize);
  for (const [i, container] of next.spec.containers.entries()) {
    const here = specAt.child('containers').index(i).child('resources');
    validateNoneRemoved(errors, container.resources, old.spec.containers[i]!.resources, here);
  }
  for (const [i, container] of next.spec.containers.entries()) {
    const was = old.spec.containers[i]!;
    if (!equal(withOldCompute(container, was), was)) {
      errors.push(forbiddenAt(specAt, 'only cpu and memory resources are mutable'));
    }
  }
  validateInitChanges(errors, next.spec.initContainers ?? [], old.spec.initContainers ?? [], mayResize);
}

const initAt = specAt.child('initContainers');

function validateInitRemovals(
  errors: FieldError[],
  next: readonly Container[],
  old: readonly Container[],
  mayResize: (container: Container) => boolean,
): void {
  for (const [i, was] of old.entries()) {
    if (mayResize(was))
      validateNoneRemoved(errors, next[i]!.resources, was.resources, initAt.index(i).child('resources'));
  }
}

function validateInitChanges(
  errors: FieldError[],
  next: readonly Container[],
  old: readonly Container[],
  mayResize: (container: Container) => boolean,
): void {
  for (const [i, container] of next.entries()) {
    const was = old[i]!;
    const here = initAt.index(i);
    if (!mayResize(container)) {
      if (!equal(container, was))
        errors.push(forbiddenAt(specAt, 'resources for non-sidecar init containers are immutable'));
      continue;
    }
    const resized = withOldCompute(container, was);
    if (!equal(resized, was)) {
      errors.push(forbiddenAt(here, 'only cpu and memory resources for init or sidecar containers are mutable'));
    }
    if (equal(container, was) || isSidecar(container)) continue;
    for (const { restartPolicy } of container.resizePolicy ?? []) {
      if (restartPolicy !== 'RestartContainer') continue;
      const why = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
      errors.push(forbiddenAt(here, why));
    }
  }
}

function validatePodLevel(
  errors: FieldError[],
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
): void {
  const at = specAt.child('resources');
  if (!asks(next) && !asks(old)) return;
  if (old && !next) return void errors.push(forbiddenAt(at, 'pod-level resources cannot be removed'));
  for (const [list, noun] of [
    ['requests', 'pod-level resource requests'],
    ['limits', 'pod-level resource limits'],
  ] as const) {
    if (isMissingAny(next?.[list], old?.[list])) errors.push(forbiddenAt(at.child(list), `${noun} cannot be removed`));
  }
  const resized = withOldAmounts(next, old);
  const isNothing = !old && !resized.requests && !resized.limits && !next?.claims?.length;
  const rest = isNothing ? undefined : { ...resized, ...(next?.claims && { claims: next.claims }) };
  if (!equal(rest, old)) errors.push(forbiddenAt(specAt, 'only cpu and memory resources are mutable at pod-level'));
}

const asks = (r: ResourceRequirements | undefined): boolean => Object.keys({ ...r?.requests, ...r?.limits }).length > 0;

function validateSameContainers(errors: FieldError[], next: PodSpec, old: PodSpec): void {
  for (const list of ['containers', 'initContainers'] as const) {
    const [now, before] = [next[list] ?? [], old[list] ?? []];
    const at = specAt.child(list);
    if (now.length !== before.length) {
      errors.push(forbiddenAt(at, `${list} may not be added or removed on resize`));
      continue;
    }
    for (const [i, { name }] of now.entries()) {
      if (name !== before[i]!.name) {
        errors.push(forbiddenAt(at.index(i).child('name'), `${list} may not be renamed or reordered on resize`));
      }
    }
  }
}

function validateNoneRemoved(
  errors: FieldError[],
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  at: Path,
): void {
  if (isMissingAny(next?.requests, old?.requests)) {
    errors.push(forbiddenAt(at.child('requests'), 'resource requests cannot be removed'));
  }
  if (isMissingAny(next?.limits, old?.limits)) {
    errors.push(forbiddenAt(at.child('limits'), 'resource limits cannot be removed'));
  }
}

const isMissingAny = (next: ResourceList | undefined, old: ResourceList | undefined): boolean =>
  Object.keys(old ?? {}).some((name) => next?.[name] === undefined);

/** The container as it would be had its CPU and memory not changed. */
function withOldCompute(next: Container, old: Container): Container {
  return { ...next, resources: withOldAmounts(next.resources, old.resources) };
}

function withOldAmounts(
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
): ResourceRequirements {
  const [limits, requests] = (['limits', 'requests'] as const).map((list) => {
    const { cpu: _, memory: __, ...others } = next?.[list] ?? {};
    const { cpu, memory } = old?.[list] ?? {};
    return { ...others, ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
  }) as [ResourceList, ResourceList];
  return {
    ...(Object.keys(limits).length && { limits }),
    ...(Object.keys(requests).length && { requests }),
  };
}

function withOldComputeEverywhere(next: PodSpec, old: PodSpec): PodSpec {
  const out = { ...next, containers: next.containers.map((c, i) => withOldCompute(c, old.containers[i]!)) };
  if (next.initContainers) {
    out.initContainers = next.initContainers.map((c, i) => withOldCompute(c, old.initContainers![i]!));
  }
  // What is asked for the pod as a whole was compared before.
  if (old.resources) out.resources = old.resources;
  else delete out.resources;
  return out;
}
