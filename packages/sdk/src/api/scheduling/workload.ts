import {
  declaredImmutable,
  duplicate,
  field,
  type FieldError,
  longNameProblems,
  type Path,
  pathSegmentProblems,
  problemsAt,
  required,
  shortNameProblems,
  tooMany,
} from '../../machinery/index.ts';
import { defineKind, type Gates, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { dropGated } from './gated-fields.ts';
import { gatedRules } from './gated-rules.ts';
import { groupClaims, podGroupSchedulingConstraints, podGroupSchedulingPolicy } from './scheduling-policy.ts';
import { schedulingPolicyRules } from './scheduling-policy-rules.ts';

const of = (name: string): string => `io.k8s.api.scheduling.v1alpha2.${name}`;
const mostTemplates = 8;

const referenceShape = s.struct(of('TypedLocalObjectReference'), {
  apiGroup: s.zero(1, s.str()),
  kind: s.req(2, s.str()),
  name: s.req(3, s.str()),
});
export interface WorkloadControllerReference extends s.Out<typeof referenceShape> {}
export interface WorkloadControllerReferenceManifest extends s.In<typeof referenceShape> {}
export const workloadControllerReference: Struct<WorkloadControllerReference, WorkloadControllerReferenceManifest> =
  referenceShape;

const templateShape = s.struct(of('PodGroupTemplate'), {
  name: s.req(1, s.str()),
  schedulingPolicy: s.req(2, podGroupSchedulingPolicy),
  schedulingConstraints: s.held(3, podGroupSchedulingConstraints, { nullable: true }),
  resourceClaims: s.zero(4, groupClaims),
  disruptionMode: s.opt(5, s.oneOf('Pod', 'PodGroup')),
  priorityClassName: s.zero(6, s.str()),
  priority: s.opt(7, s.int32()),
});
export interface PodGroupTemplate extends s.Out<typeof templateShape> {}
export interface PodGroupTemplateManifest extends s.In<typeof templateShape> {}
export const podGroupTemplate: Struct<PodGroupTemplate, PodGroupTemplateManifest> = templateShape;

const specShape = s.struct(of('WorkloadSpec'), {
  controllerRef: s.opt(1, workloadControllerReference),
  podGroupTemplates: s.req(2, s.listByKey(podGroupTemplate, ['name']), { nullable: true }),
});
export interface WorkloadSpec extends s.Out<typeof specShape> {}
export interface WorkloadSpecManifest extends s.In<typeof specShape> {}
export const workloadSpec: Struct<WorkloadSpec, WorkloadSpecManifest> = specShape;

const workloadShape = s.struct(of('Workload'), {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, workloadSpec),
});
export interface Workload extends s.Out<typeof workloadShape> {
  apiVersion?: string;
  kind?: string;
}
export interface WorkloadManifest extends s.In<typeof workloadShape> {
  apiVersion?: string;
  kind?: string;
}

/** What groups of pods a piece of work is made of. */
export const workload: Kind<Workload, WorkloadManifest> = defineKind<Workload, WorkloadManifest>({
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'Workload',
  plural: 'workloads',
  featureGate: 'GenericWorkload',
  scope: 'Namespaced',
  schema: workloadShape,

  prepareForCreate(next, { gates }) {
    for (const template of next.spec.podGroupTemplates ?? []) dropGated(podGroupTemplate, template, { gates });
  },
  prepareForUpdate(next, old, { gates }) {
    for (const [i, template] of (next.spec.podGroupTemplates ?? []).entries()) {
      dropGated(podGroupTemplate, template, { old: old.spec.podGroupTemplates?.[i], gates });
    }
  },
  *validate({ spec }, old, { gates } = {}) {
    const at = field('spec');
    const { controllerRef, podGroupTemplates } = spec;
    if (old) {
      yield* declaredImmutable(controllerRef, old.spec.controllerRef, at.child('controllerRef'));
      yield* declaredImmutable(podGroupTemplates, old.spec.podGroupTemplates, at.child('podGroupTemplates'));
      // One without any is told so, too.
      if (!podGroupTemplates?.length) yield required(at.child('podGroupTemplates'));
      return;
    }
    if (controllerRef) yield* controllerRules(controllerRef, at.child('controllerRef'));
    yield* templatesRules(podGroupTemplates ?? [], at.child('podGroupTemplates'), gates);
  },
  columns: [nameColumn, ageColumn],
});

function* controllerRules({ apiGroup, kind, name }: WorkloadControllerReference, at: Path): Iterable<FieldError> {
  if (apiGroup) yield* problemsAt(longNameProblems(apiGroup), apiGroup, at.child('apiGroup'));
  for (const [member, value] of Object.entries({ kind, name })) {
    if (!value) yield required(at.child(member));
    else yield* problemsAt(pathSegmentProblems(value), value, at.child(member));
  }
}

function* templatesRules(
  templates: readonly PodGroupTemplate[],
  at: Path,
  gates: Gates | undefined,
): Iterable<FieldError> {
  if (!templates.length) return yield required(at);
  if (templates.length > mostTemplates) return yield tooMany(at, templates.length, mostTemplates);
  const seen = new Set<string>();
  for (const [i, template] of templates.entries()) {
    if (seen.has(template.name)) yield duplicate(at.index(i), template);
    seen.add(template.name);
  }
  for (const [i, template] of templates.entries()) {
    const { name, schedulingPolicy } = template;
    const here = at.index(i);
    if (!name) yield required(here.child('name'));
    else yield* problemsAt(shortNameProblems(name), name, here.child('name'));
    yield* schedulingPolicyRules(schedulingPolicy, here.child('schedulingPolicy'));
    yield* gatedRules(template, undefined, here, gates);
  }
}
