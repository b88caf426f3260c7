import { field, forbiddenAt, immutable, notSupported, required } from '../../machinery/index.ts';
import { defineKind, type Kind, s } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const priorityClassShape = s.struct('io.k8s.api.scheduling.v1.PriorityClass', {
  metadata: s.held(1, objectMeta),
  value: s.held(2, s.int32()),
  globalDefault: s.zero(3, s.bool()),
  description: s.zero(4, s.str()),
  preemptionPolicy: s.opt(5, s.oneOf('Never', 'PreemptLowerPriority'), { fill: 'PreemptLowerPriority' }),
});
export interface PriorityClass extends s.Out<typeof priorityClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PriorityClassManifest extends s.In<typeof priorityClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const priorityClass: Kind<PriorityClass, PriorityClassManifest> = defineKind<
  PriorityClass,
  PriorityClassManifest
>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
  shortNames: ['pc'],
  generation: true,
  schema: priorityClassShape,

  *validate(next, old) {
    if (old) {
      if (next.value !== old.value) yield forbiddenAt(field('value'), 'may not be changed in an update.');
      yield* immutable(next.preemptionPolicy, old.preemptionPolicy, field('preemptionPolicy'));
      return;
    }
    const { value, preemptionPolicy } = next;
    const name = next.metadata.name ?? '';
    if (name.startsWith(systemPrefix)) {
      const problem = systemClassProblem(next);
      if (problem) {
        const reserved = `priority class names with '${systemPrefix}' prefix are reserved for system use only`;
        yield forbiddenAt(field('metadata', 'name'), `${reserved}. error: ${problem}`);
      }
    } else if (value > highestUserPriority) {
      yield forbiddenAt(field('value'), `maximum allowed value of a user defined priority is ${highestUserPriority}`);
    }
    const policies = ['PreemptLowerPriority', 'Never'];
    if (!preemptionPolicy) yield required(field('preemptionPolicy'));
    else if (!policies.includes(preemptionPolicy)) {
      yield notSupported(field('preemptionPolicy'), preemptionPolicy, policies);
    }
  },
  columns: [
    nameColumn,
    { name: 'Value', type: 'integer', field: 'value', value: (pc) => pc.value },
    { name: 'Global-Default', type: 'boolean', field: 'globalDefault', value: (pc) => pc.globalDefault ?? false },
    ageColumn,
    { name: 'PreemptionPolicy', type: 'string', field: 'preemptionPolicy', value: (pc) => pc.preemptionPolicy },
  ],
});

const systemPrefix = 'system-';
const highestUserPriority = 1_000_000_000;

/** The classes that every cluster has, above what anybody else may use. */
export const systemPriorityClasses: readonly { name: string; value: number; description: string }[] = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
];

function systemClassProblem({ metadata: { name }, value, globalDefault }: PriorityClass): string | undefined {
  const known = systemPriorityClasses.find((c) => c.name === name);
  if (!known) return `${name} is not a known system priority class`;
  if (value !== known.value) return `value of ${name} PriorityClass must be ${known.value}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
