import {
  isOpen,
  type Pod,
  type PodGroup,
  podGroupSpec,
  podSpec,
  type PriorityClass,
  priorityClass,
} from '@tiphys/sdk/api';
import { type Gates, setFields } from '@tiphys/sdk/schema';
import { whenKnown } from '../authz/authorizer.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

type Rank = Pick<PriorityClass, 'value' | 'preemptionPolicy'> & { readonly name: string };

/** What a pod without a class has when no class is everybody's default. */
const none: Rank = { name: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' };

/** Gives pods, and groups of them where these are preempted as a whole, the priority of their class; only one class may be the default. */
export const priority = (objects: ClusterObjects, gates?: Gates): AdmissionPlugin => ({
  name: 'Priority',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['pods', 'podgroups', 'priorityclasses'] },

  admit(a) {
    if (a.resource === 'podgroups' && a.operation === 'CREATE' && isOpen(gates, 'WorkloadAwarePreemption')) {
      const group = a.object as unknown as PodGroup;
      return whenKnown(rankFor(a, group.spec, objects), (rank) => rankGroup(a, group, rank));
    }
    if (a.resource !== 'pods') return;
    const { spec } = a.object as Pod;
    if (a.operation === 'UPDATE') {
      const old = (a.oldObject as Pod).spec;
      const kept = {
        priority: spec.priority ?? old.priority,
        preemptionPolicy: spec.preemptionPolicy ?? old.preemptionPolicy,
      };
      return setFields(podSpec, spec, kept);
    }
    return whenKnown(rankFor(a, spec, objects), (rank) => rankPod(a, spec, rank));
  },

  validate(a) {
    if (a.resource !== 'priorityclasses') return;
    const { metadata, globalDefault } = a.object as unknown as PriorityClass;
    const known = globalDefault ? defaultClass(objects) : undefined;
    if (known && (a.operation === 'CREATE' || known.metadata.name !== metadata.name)) {
      throw refuse(a, `PriorityClass ${known.metadata.name} is already marked as default. Only one default can exist`);
    }
  },
});

function rankPod(a: AdmissionAttributes, spec: Pod['spec'], { name, value, preemptionPolicy }: Rank): void {
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      a,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  // One that was sent is looked at, even if it says nothing.
  if (preemptionPolicy && spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    throw refuse(
      a,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  }
  setFields(podSpec, spec, {
    priority: value,
    ...(name && { priorityClassName: name }),
    ...(preemptionPolicy && { preemptionPolicy }),
  });
}

function rankGroup(a: AdmissionAttributes, { spec }: PodGroup, { name, value }: Rank): void {
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      a,
      `priority set in the pod group (${spec.priority}) must match the priority computed (${value}) based on the priority class set in the spec`,
    );
  }
  setFields(podGroupSpec, spec, { priority: value, ...(name && { priorityClassName: name }) });
}

/** By the class that somebody says, else by that which is everybody's. */
function rankFor(
  a: AdmissionAttributes,
  { priorityClassName: name }: { readonly priorityClassName?: string | undefined },
  objects: ClusterObjects,
): Rank | Promise<Rank> {
  if (!name) return defaultRank(objects);
  return whenKnown(objects.get(priorityClass, '', name), (found) => {
    if (!found) throw refuse(a, `no PriorityClass with name ${name} was found`);
    return { ...found, name };
  });
}

function defaultRank(objects: ClusterObjects): Rank {
  const found = defaultClass(objects);
  return found ? { ...found, name: found.metadata.name ?? '' } : none;
}

/** Should two be marked as default, the lower counts. */
function defaultClass(objects: ClusterObjects): PriorityClass | undefined {
  return objects
    .list(priorityClass)
    .filter((c) => c.globalDefault)
    .reduce<PriorityClass | undefined>((least, c) => (least && least.value <= c.value ? least : c), undefined);
}
