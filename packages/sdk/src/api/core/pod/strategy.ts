import {
  deepCopy,
  equal,
  errorsOf,
  field,
  isRefused,
  type JsonObject,
  type ObjectMeta,
  timestamp,
} from '../../../machinery/index.ts';
import { type PartStrategy, setFields, type WriteContext } from '../../../schema/index.ts';
import { isOpen } from '../../meta/field-gates.ts';
import type { PodAffinityTerm } from './affinity.ts';
import { type Container, container as containerStruct, ephemeralContainer } from './container.ts';
import { allContainers } from './containers-of.ts';
import { dropGatedFields, dropGatedStatus } from './gated-fields.ts';
import type { Pod } from './pod.ts';
import { podSpec, type PodSpec } from './pod-spec.ts';
import { qosClassOf } from './qos.ts';
import { validateEphemeralUpdate } from './validation/pod.ts';
import { appArmorFromAnnotation, appArmorPrefix, validateAppArmorProfile } from './validation/profiles.ts';
import { validateResize } from './validation/resize.ts';
import { validatePodStatus } from './validation/status.ts';
import { ipWarnings } from './warnings/addresses.ts';

/** What the server makes of a pod before it looks whether it is good. */
export function prepareForCreate(pod: Pod, context: WriteContext): void {
  dropGatedFields(pod.spec, context);
  // Of what is said of its status the class is believed, as upstream does.
  pod.status = { phase: 'Pending', qosClass: pod.status?.qosClass || qosClassOf(pod.spec) };
  if (pod.spec.schedulingGates?.length) {
    pod.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: timestamp(context.now),
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ];
  }
  addLabelKeys(pod, context);
  takeAppArmorAnnotations(pod, context);
}

export function prepareForUpdate({ spec }: Pod, old: Pod, { gates }: WriteContext): void {
  dropGatedFields(spec, { old: old.spec, gates });
}

/** Keys that take their values from the pod's own labels become part of the selectors beside them. */
function addLabelKeys({ metadata: { labels = {} }, spec }: Pod, { gates }: WriteContext): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      addKeys(podAffinityTerm, labels);
    }
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) addKeys(term, labels);
  }
  // Where the keys themselves are off they are gone by now.
  if (!isOpen(gates, 'MatchLabelKeysInPodTopologySpreadSelectorMerge')) return;
  for (const constraint of spec.topologySpreadConstraints ?? []) addKeys(constraint, labels);
}

function addKeys(
  term: Partial<Pick<PodAffinityTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>>,
  labels: Readonly<Record<string, string>>,
): void {
  if (!term.labelSelector) return;
  const made = (keys: readonly string[] | undefined, operator: string) =>
    (keys ?? []).filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key]!] }));
  const added = [...made(term.matchLabelKeys, 'In'), ...made(term.mismatchLabelKeys, 'NotIn')];
  if (!added.length) return;
  term.labelSelector.matchExpressions = [...(term.labelSelector.matchExpressions ?? []), ...added];
}

/** AppArmor was asked for by annotation once; what one says and no field does becomes the field. */
function takeAppArmorAnnotations({ metadata, spec }: Pod, context: WriteContext): void {
  const { annotations } = metadata;
  if (!annotations || spec.os?.name === 'windows') return;
  for (const { container, list } of allContainers(spec)) {
    const key = appArmorPrefix + container.name;
    const annotation = annotations[key];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const said = appArmorFromAnnotation(annotation);
    const profile = said && !isRefused(errorsOf(validateAppArmorProfile, said, field(''))) ? said : undefined;
    if (profile && equal(profile, spec.securityContext?.appArmorProfile)) continue;
    if (profile) {
      const securityContext = { ...container.securityContext, appArmorProfile: profile };
      const struct = list === 'ephemeralContainers' ? ephemeralContainer : containerStruct;
      setFields<Container>(struct, container, { securityContext });
    }
    context.warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  }
}

export const statusStrategy: PartStrategy<Pod> = {
  prepareForUpdate(next, old, { gates }) {
    next.spec = old.spec;
    delete next.metadata.deletionTimestamp;
    if (old.metadata.deletionTimestamp) next.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
    keep(next.metadata, old.metadata, 'ownerReferences');
    if (old.status.qosClass) next.status.qosClass ||= old.status.qosClass;
    keepObservedGenerations(next, old);
    dropGatedStatus(next.status, { old: old.status, gates });
  },
  validate: (next, old, context) => errorsOf(validatePodStatus, next, old, context),
  *warnings({ status }) {
    if (status.podIPs) yield* ipWarnings(status.podIPs, field('status', 'podIPs'));
    if (status.hostIPs) yield* ipWarnings(status.hostIPs, field('status', 'hostIPs'));
  },
};

/** Writers from before these were there don't send them, and shall not take them away. */
function keepObservedGenerations(next: Pod, old: Pod): void {
  if (old.status.observedGeneration) next.status.observedGeneration ||= old.status.observedGeneration;
  const seen = new Map<string, number>();
  for (const condition of next.status.conditions ?? []) {
    const nth = seen.get(condition.type) ?? 0;
    seen.set(condition.type, nth + 1);
    const before = old.status.conditions?.filter((c) => c.type === condition.type)[nth]?.observedGeneration;
    if (before) condition.observedGeneration ||= before;
  }
}

export const ephemeralContainersStrategy: PartStrategy<Pod> = {
  prepareForUpdate(next, old, { gates }) {
    const { ephemeralContainers } = next.spec;
    keepAllButSpec(next, old);
    next.spec = deepCopy(old.spec);
    setFields(podSpec, next.spec, { ephemeralContainers });
    dropGatedFields(next.spec, { old: old.spec, gates });
  },
  validate: (next, old, context) => errorsOf(validateEphemeralUpdate, next, old, context),
};

export const resizeStrategy: PartStrategy<Pod> = {
  prepareForUpdate(next, old, { gates }) {
    const { initContainers = [], resources } = next.spec;
    // Lists that are always written are null where nobody said anything.
    const containers = next.spec.containers ?? [];
    const before = old.spec.containers ?? [];
    const sameNumber =
      containers.length === before.length && initContainers.length === (old.spec.initContainers?.length ?? 0);
    if (sameNumber) {
      keepAllButSpec(next, old);
      next.spec = deepCopy(old.spec);
      next.spec.containers = withNewResources(containers, before);
      if (initContainers.length) next.spec.initContainers = withNewResources(initContainers, old.spec.initContainers!);
      if (isOpen(gates, 'InPlacePodLevelResourcesVerticalScaling')) setFields(podSpec, next.spec, { resources });
    }
    dropGatedFields(next.spec, { old: old.spec, gates });
  },
  validate: (next, old, context) => errorsOf(validateResize, next, old, context),
};

/** The old containers with the new ones' resources; the new ones as they are where the names differ, to be refused. */
function withNewResources(next: readonly Container[], old: readonly Container[]): Container[] {
  if (next.some(({ name }, i) => name !== old[i]!.name)) return [...next];
  return next.map(({ resources, resizePolicy }, i) => {
    const { resizePolicy: _, ...rest } = deepCopy(old[i]!);
    return { ...rest, resources, ...(resizePolicy && { resizePolicy }) };
  });
}

function keepAllButSpec(next: Pod, old: Pod): void {
  next.status = deepCopy(old.status);
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    keep(next.metadata, old.metadata, name);
  }
}

function keep(
  next: ObjectMeta,
  old: ObjectMeta,
  name: 'labels' | 'annotations' | 'finalizers' | 'ownerReferences',
): void {
  if (old[name] === undefined) delete next[name];
  else (next as unknown as JsonObject)[name] = deepCopy(old[name]);
}

const specFieldsBut = (...written: (keyof PodSpec)[]): string[][] => [
  ['metadata'],
  ['status'],
  ...[...podSpec.shape.fields.keys()].filter((f) => !written.includes(f as keyof PodSpec)).map((f) => ['spec', f]),
];

export const podResetFields = {
  '': [['status']],
  status: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
  ephemeralcontainers: specFieldsBut('ephemeralContainers'),
  resize: specFieldsBut('containers', 'initContainers', 'resources'),
};
