import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  field,
  type FieldError,
  immutable,
  type Path,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { validateConditions } from '../meta/condition-rules.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { dropGated } from './gated-fields.ts';
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
  // Filled only where groups can be preempted as a whole, which isn't switched on.
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
    prepareForUpdate(next, old) {
      keepAllButStatus(next, old);
      // Claims of groups come with the claims that their specs ask for.
      if (!old.spec.resourceClaims?.length) {
        setFields(podGroupStatus, next.status, { resourceClaimStatuses: undefined });
      }
    },
    validate: ({ status }) => validateConditions(status.conditions, field('status', 'conditions')),
  },
  resetFields: statusOnlyResetFields,
  schema: podGroupShape,

  prepareForCreate: ({ spec }) => dropGated(podGroupSpec, spec, undefined),
  prepareForUpdate: ({ spec }, old) => dropGated(podGroupSpec, spec, old.spec),
  *validate({ spec }, old) {
    const at = field('spec');
    const { podGroupTemplateRef: reference, schedulingPolicy } = spec;
    if (old) {
      yield* immutable(reference, old.spec.podGroupTemplateRef, at.child('podGroupTemplateRef'));
      yield* immutable(schedulingPolicy, old.spec.schedulingPolicy, at.child('schedulingPolicy'));
      return;
    }
    if (reference) yield* referenceRules(reference, at.child('podGroupTemplateRef'));
    yield* schedulingPolicyRules(schedulingPolicy, at.child('schedulingPolicy'));
  },
  columns: [
    nameColumn,
    { name: 'Policy', type: 'string', value: ({ spec }) => (spec.schedulingPolicy.gang ? 'Gang' : 'Basic') },
    {
      name: 'Workload',
      type: 'string',
      value: ({ spec: { podGroupTemplateRef: ref } }) => (ref ? (ref.workload?.workloadName ?? '') : '<none>'),
    },
    { name: 'Status', type: 'string', value: ({ status }) => stateOf(status) },
    ageColumn,
  ],
});

function* referenceRules(reference: PodGroupTemplateReference, at: Path): Iterable<FieldError> {
  yield* oneMemberRules(reference, ['workload'], at);
  if (!reference.workload) return;
  const { workloadName, podGroupTemplateName } = reference.workload;
  const here = at.child('workload');
  yield* namedRules(workloadName, dnsSubdomainProblems, here.child('workloadName'));
  yield* namedRules(podGroupTemplateName, dnsLabelProblems, here.child('podGroupTemplateName'));
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
