import {
  declaredImmutable,
  duplicate,
  equal,
  field,
  type FieldError,
  invalid,
  longNameProblems,
  type Path,
  problemsAt,
  required,
  shortNameProblems,
  tooMany,
} from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { validateConditions } from '../meta/condition-rules.ts';
import { condition } from '../meta/condition.ts';
import { isOpen } from '../meta/field-gates.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { dropGated, gateOf } from './gated-fields.ts';
import { gatedRules, mostClaims } from './gated-rules.ts';
import { groupClaims, podGroupSchedulingConstraints, podGroupSchedulingPolicy } from './scheduling-policy.ts';
import { oneMemberRules, schedulingPolicyRules } from './scheduling-policy-rules.ts';

const of = (name: string): string => `io.k8s.api.scheduling.v1alpha2.${name}`;

const workloadReferenceShape = s.struct(of('WorkloadPodGroupTemplateReference'), {
  workloadName: s.req(1, s.str()),
  podGroupTemplateName: s.req(2, s.str()),
});
export interface WorkloadPodGroupTemplateReference extends s.Out<typeof workloadReferenceShape> {}
export const workloadPodGroupTemplateReference: Struct<WorkloadPodGroupTemplateReference> = workloadReferenceShape;

const referenceShape = s.struct(of('PodGroupTemplateReference'), {
  workload: s.held(1, workloadPodGroupTemplateReference, { nullable: true }),
});
export interface PodGroupTemplateReference extends s.Out<typeof referenceShape> {}
export interface PodGroupTemplateReferenceManifest extends s.In<typeof referenceShape> {}
export const podGroupTemplateReference: Struct<PodGroupTemplateReference, PodGroupTemplateReferenceManifest> =
  referenceShape;

const specShape = s.struct(of('PodGroupSpec'), {
  podGroupTemplateRef: s.held(1, podGroupTemplateReference, { nullable: true }),
  schedulingPolicy: s.req(2, podGroupSchedulingPolicy),
  schedulingConstraints: s.opt(3, podGroupSchedulingConstraints),
  resourceClaims: s.zero(4, groupClaims),
  disruptionMode: s.opt(5, s.oneOf('Pod', 'PodGroup'), { default: 'Pod' }),
  priorityClassName: s.zero(6, s.str()),
  priority: s.opt(7, s.int32()),
});
export interface PodGroupSpec extends s.Out<typeof specShape> {}
export interface PodGroupSpecManifest extends s.In<typeof specShape> {}
export const podGroupSpec: Struct<PodGroupSpec, PodGroupSpecManifest> = specShape;

const claimStatusShape = s.struct(of('PodGroupResourceClaimStatus'), {
  name: s.req(1, s.str()),
  resourceClaimName: s.opt(2, s.str()),
});
export interface PodGroupResourceClaimStatus extends s.Out<typeof claimStatusShape> {}
export const podGroupResourceClaimStatus: Struct<PodGroupResourceClaimStatus> = claimStatusShape;

const statusShape = s.struct(of('PodGroupStatus'), {
  conditions: s.zero(1, s.listByKey(condition, ['type'], { patchKey: 'type' })),
  resourceClaimStatuses: s.zero(
    2,
    s.listByKey(podGroupResourceClaimStatus, ['name'], { patch: 'merge,retainKeys', patchKey: 'name' }),
  ),
});
export interface PodGroupStatus extends s.Out<typeof statusShape> {}
export interface PodGroupStatusManifest extends s.In<typeof statusShape> {}
export const podGroupStatus: Struct<PodGroupStatus, PodGroupStatusManifest> = statusShape;

const podGroupShape = s.struct(of('PodGroup'), {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, podGroupSpec),
  status: s.held(3, podGroupStatus),
});
export interface PodGroup extends s.Out<typeof podGroupShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodGroupManifest extends s.In<typeof podGroupShape> {
  apiVersion?: string;
  kind?: string;
}

/** Pods that are scheduled together. */
export const podGroup: Kind<PodGroup, PodGroupManifest> = defineKind<PodGroup, PodGroupManifest>({
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'PodGroup',
  plural: 'podgroups',
  featureGate: 'GenericWorkload',
  scope: 'Namespaced',
  status: {
    prepareForUpdate(next, old, { gates }) {
      keepAllButStatus(next, old);
      // Claims of groups come with the claims that their specs ask for.
      if (isOpen(gates, gateOf.resourceClaims) || old.spec.resourceClaims?.length) return;
      setFields(podGroupStatus, next.status, { resourceClaimStatuses: undefined });
    },
    *validate({ spec, status }, old) {
      const at = field('status');
      yield* validateConditions(status.conditions, at.child('conditions'));
      yield* claimStatusRules(status, { spec, before: old.status, at: at.child('resourceClaimStatuses') });
    },
  },
  resetFields: statusOnlyResetFields,
  schema: podGroupShape,

  prepareForCreate: ({ spec }, { gates }) => dropGated(podGroupSpec, spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropGated(podGroupSpec, spec, { old: old.spec, gates }),
  *validate({ spec }, old, { gates } = {}) {
    const at = field('spec');
    const { podGroupTemplateRef: reference, schedulingPolicy } = spec;
    if (old) {
      yield* declaredImmutable(reference, old.spec.podGroupTemplateRef, at.child('podGroupTemplateRef'));
      yield* declaredImmutable(schedulingPolicy, old.spec.schedulingPolicy, at.child('schedulingPolicy'));
    } else {
      if (reference) yield* referenceRules(reference, at.child('podGroupTemplateRef'));
      yield* schedulingPolicyRules(schedulingPolicy, at.child('schedulingPolicy'));
    }
    yield* gatedRules(spec, old?.spec, at, gates);
  },
  columns: [
    nameColumn,
    {
      name: 'Policy',
      type: 'string',
      field: 'spec.schedulingPolicy',
      value: ({ spec }) => (spec.schedulingPolicy.gang ? 'Gang' : 'Basic'),
    },
    {
      name: 'Workload',
      type: 'string',
      description: 'Name of the referenced Workload object',
      value: ({ spec: { podGroupTemplateRef: ref } }) => (ref ? (ref.workload?.workloadName ?? '') : '<none>'),
    },
    { name: 'Status', type: 'string', description: 'Status of the PodGroup', value: ({ status }) => stateOf(status) },
    ageColumn,
  ],
});

interface ClaimStatusRules {
  readonly spec: PodGroupSpec;
  readonly before: PodGroupStatus;
  readonly at: Path;
}

/** First that they are of claims that the group has, and of those that change the declared rules. */
function* claimStatusRules(
  { resourceClaimStatuses: next = [] }: PodGroupStatus,
  { spec, before, at }: ClaimStatusRules,
): Iterable<FieldError> {
  for (const [i, { name }] of next.entries()) {
    if (spec.resourceClaims?.some((claim) => claim.name === name)) continue;
    yield invalid(at.index(i).child('name'), name, 'must match the name of an entry in `spec.resourceClaims`');
  }
  const { resourceClaimStatuses: old = [] } = before;
  if (equal(next, old)) return;
  if (next.length > mostClaims) return yield tooMany(at, next.length, mostClaims);
  for (const [i, { name }] of next.entries()) {
    if (next.findIndex((s) => s.name === name) < i) yield duplicate(at.index(i), next[i]);
  }
  for (const [i, { name, resourceClaimName: claim }] of next.entries()) {
    if (claim === undefined || claim === old.find((s) => s.name === name)?.resourceClaimName) continue;
    yield* problemsAt(longNameProblems(claim), claim, at.index(i).child('resourceClaimName'));
  }
}

function* referenceRules(reference: PodGroupTemplateReference, at: Path): Iterable<FieldError> {
  yield* oneMemberRules(reference, ['workload'], at);
  if (!reference.workload) return;
  const { workloadName, podGroupTemplateName } = reference.workload;
  const here = at.child('workload');
  yield* namedRules(workloadName, longNameProblems, here.child('workloadName'));
  yield* namedRules(podGroupTemplateName, shortNameProblems, here.child('podGroupTemplateName'));
}

function* namedRules(name: string, problems: (name: string) => string[], at: Path): Iterable<FieldError> {
  if (!name) yield required(at);
  else yield* problemsAt(problems(name), name, at);
}

function stateOf({ conditions = [] }: PodGroupStatus): string {
  const disrupted = conditions.find((c) => c.type === 'DisruptionTarget');
  if (disrupted) return disrupted.reason;
  const scheduled = conditions.find((c) => c.type === 'PodGroupScheduled');
  if (!scheduled) return 'Pending';
  return scheduled.status === 'True' ? 'Scheduled' : 'Unschedulable';
}
