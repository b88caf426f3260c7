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

  async admit(a) {
    if (a.resource === 'podgroups' && a.operation === 'CREATE' && isOpen(gates, 'WorkloadAwarePreemption')) {
      return rankGroup(a, objects);
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
    const { priorityClassName } = spec;
    const rank = priorityClassName ? await rankOf(a, priorityClassName, objects) : defaultRank(objects);
    if (spec.priority !== undefined && spec.priority !== rank.value) {
      throw refuse(
        a,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${rank.value} from the given PriorityClass name`,
      );
    }
    const { preemptionPolicy } = rank;
    // One that was sent is looked at, even if it says nothing.
    if (preemptionPolicy && spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
      throw refuse(
        a,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
      );
    }
    setFields(podSpec, spec, {
      priority: rank.value,
      ...(rank.name && { priorityClassName: rank.name }),
      ...(preemptionPolicy && { preemptionPolicy }),
    });
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

async function rankGroup(a: AdmissionAttributes, objects: ClusterObjects): Promise<void> {
  const { spec } = a.object as unknown as PodGroup;
  const { priorityClassName } = spec;
  const { name, value } = priorityClassName ? await rankOf(a, priorityClassName, objects) : defaultRank(objects);
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      a,
      `priority set in the pod group (${spec.priority}) must match the priority computed (${value}) based on the priority class set in the spec`,
    );
  }
  setFields(podGroupSpec, spec, { priority: value, ...(name && { priorityClassName: name }) });
}

async function rankOf(a: AdmissionAttributes, name: string, objects: ClusterObjects): Promise<Rank> {
  const found = await objects.get(priorityClass, '', name);
  if (!found) throw refuse(a, `no PriorityClass with name ${name} was found`);
  return { ...found, name };
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
