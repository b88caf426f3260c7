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
export function* validateResize(next: Pod, old: Pod, { gates }: RuleContext): Iterable<FieldError> {
  if (isMirrorPod(old.metadata)) return yield forbiddenAt(emptyPath, 'static pods cannot be resized');
  if (old.spec.os?.name === 'windows') return yield forbiddenAt(emptyPath, 'windows pods cannot be resized');
  const errors = [...validateChange(next, old, gates)];
  yield* errors;
  if (!errors.length && !equal(withOldComputeEverywhere(next.spec, old.spec), old.spec)) {
    yield forbiddenAt(specAt, 'only cpu and memory resources are mutable');
  }
}

function* validateChange(next: Pod, old: Pod, gates: Gates | undefined): Iterable<FieldError> {
  yield* validateWhole(next, podRules(true, old, gates));
  const before = old.status.qosClass ?? qosClassOf(old.spec);
  if (before !== qosClassOf(next.spec)) {
    yield invalid(specAt, next.status.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing');
  }
  const running = old.status.containerStatuses?.find(({ state }) => state?.running);
  if (running && !running.resources) yield forbiddenAt(specAt, 'Pod running on node without support for resize');
  if ((asks(next.spec.resources) || asks(old.spec.resources)) && !isOpen(gates, podLevelGate)) {
    const why = `resize of pods with pod-level resources is forbidden when ${podLevelGate}Enabled feature gate is disabled`;
    return yield forbiddenAt(emptyPath, why);
  }
  yield* validatePodLevel(next.spec.resources, old.spec.resources);
  if (old.status.nodeAllocatableResourceClaimStatuses?.length) {
    yield forbiddenAt(specAt, 'pods with node allocatable resource claims cannot be resized');
  }
  const moved = [...validateSameContainers(next.spec, old.spec)];
  yield* moved;
  if (moved.length) return;
  const mayResize = (c: Container) => isSidecar(c) || isOpen(gates, 'InPlacePodVerticalScalingInitContainers');
  yield* validateInitRemovals(next.spec.initContainers ?? [], old.spec.initContainers ?? [], mayResize);
  for (const [i, container] of next.spec.containers.entries()) {
    const here = specAt.child('containers').index(i).child('resources');
    yield* validateNoneRemoved(container.resources, old.spec.containers[i]!.resources, here);
  }
  for (const [i, container] of next.spec.containers.entries()) {
    const was = old.spec.containers[i]!;
    if (!equal(withOldCompute(container, was), was)) {
      yield forbiddenAt(specAt, 'only cpu and memory resources are mutable');
    }
  }
  yield* validateInitChanges(next.spec.initContainers ?? [], old.spec.initContainers ?? [], mayResize);
}

const initAt = specAt.child('initContainers');

function* validateInitRemovals(
  next: readonly Container[],
  old: readonly Container[],
  mayResize: (container: Container) => boolean,
): Iterable<FieldError> {
  for (const [i, was] of old.entries()) {
    if (mayResize(was))
      yield* validateNoneRemoved(next[i]!.resources, was.resources, initAt.index(i).child('resources'));
  }
}

function* validateInitChanges(
  next: readonly Container[],
  old: readonly Container[],
  mayResize: (container: Container) => boolean,
): Iterable<FieldError> {
  for (const [i, container] of next.entries()) {
    const was = old[i]!;
    const here = initAt.index(i);
    if (!mayResize(container)) {
      if (!equal(container, was)) yield forbiddenAt(specAt, 'resources for non-sidecar init containers are immutable');
      continue;
    }
    const resized = withOldCompute(container, was);
    if (!equal(resized, was)) {
      yield forbiddenAt(here, 'only cpu and memory resources for init or sidecar containers are mutable');
    }
    if (equal(container, was) || isSidecar(container)) continue;
    for (const { restartPolicy } of container.resizePolicy ?? []) {
      if (restartPolicy !== 'RestartContainer') continue;
      const why = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
      yield forbiddenAt(here, why);
    }
  }
}

function* validatePodLevel(
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
): Iterable<FieldError> {
  const at = specAt.child('resources');
  if (!asks(next) && !asks(old)) return;
  if (old && !next) return yield forbiddenAt(at, 'pod-level resources cannot be removed');
  for (const [list, noun] of [
    ['requests', 'pod-level resource requests'],
    ['limits', 'pod-level resource limits'],
  ] as const) {
    if (isMissingAny(next?.[list], old?.[list])) yield forbiddenAt(at.child(list), `${noun} cannot be removed`);
  }
  const resized = withOldAmounts(next, old);
  const isNothing = !old && !resized.requests && !resized.limits && !next?.claims?.length;
  const rest = isNothing ? undefined : { ...resized, ...(next?.claims && { claims: next.claims }) };
  if (!equal(rest, old)) yield forbiddenAt(specAt, 'only cpu and memory resources are mutable at pod-level');
}

const asks = (r: ResourceRequirements | undefined): boolean => Object.keys({ ...r?.requests, ...r?.limits }).length > 0;

function* validateSameContainers(next: PodSpec, old: PodSpec): Iterable<FieldError> {
  for (const list of ['containers', 'initContainers'] as const) {
    const [now, before] = [next[list] ?? [], old[list] ?? []];
    const at = specAt.child(list);
    if (now.length !== before.length) {
      yield forbiddenAt(at, `${list} may not be added or removed on resize`);
      continue;
    }
    for (const [i, { name }] of now.entries()) {
      if (name !== before[i]!.name) {
        yield forbiddenAt(at.index(i).child('name'), `${list} may not be renamed or reordered on resize`);
      }
    }
  }
}

function* validateNoneRemoved(
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  at: Path,
): Iterable<FieldError> {
  if (isMissingAny(next?.requests, old?.requests)) {
    yield forbiddenAt(at.child('requests'), 'resource requests cannot be removed');
  }
  if (isMissingAny(next?.limits, old?.limits)) {
    yield forbiddenAt(at.child('limits'), 'resource limits cannot be removed');
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
