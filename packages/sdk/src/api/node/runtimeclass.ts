import {
  dnsLabelProblems,
  duplicate,
  errorsOf,
  field,
  type FieldError,
  immutable,
  type Path,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { nodeLabelDeprecation } from '../core/deprecated-node-labels.ts';
import { podRules } from '../core/pod/validation/rules.ts';
import { validateContainerResources } from '../core/pod/validation/resources.ts';
import { validateTolerations } from '../core/pod/validation/tolerations.ts';
import { defineKind, internalValue, type Kind, s, type Struct, validateLabels } from '../../schema/index.ts';
import { toleration } from '../core/taint.ts';
import { objectMeta } from '../meta/object-meta.ts';

const overheadShape = s.struct('io.k8s.api.node.v1.Overhead', {
  podFixed: s.zero(1, s.map(s.quantity())),
});
export interface Overhead extends s.Out<typeof overheadShape> {}
export interface OverheadManifest extends s.In<typeof overheadShape> {}
export const overhead: Struct<Overhead, OverheadManifest> = overheadShape;

const schedulingShape = s.struct('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: s.zero(1, s.atomicMap(s.str())),
  tolerations: s.zero(2, s.list(toleration)),
});
export interface Scheduling extends s.Out<typeof schedulingShape> {}
export interface SchedulingManifest extends s.In<typeof schedulingShape> {}
export const scheduling: Struct<Scheduling, SchedulingManifest> = schedulingShape;

const runtimeClassShape = s.struct('io.k8s.api.node.v1.RuntimeClass', {
  metadata: s.held(1, objectMeta),
  handler: s.req(2, s.str()),
  overhead: s.opt(3, overhead),
  scheduling: s.opt(4, scheduling),
});
export interface RuntimeClass extends s.Out<typeof runtimeClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface RuntimeClassManifest extends s.In<typeof runtimeClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const runtimeClass: Kind<RuntimeClass, RuntimeClassManifest> = defineKind<RuntimeClass, RuntimeClassManifest>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  anyFinalizer: true,
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  createOnUpdate: true,
  unconditionalUpdate: false,
  schema: runtimeClassShape,

  *validate(next) {
    const { handler } = next;
    if (!handler) yield required(field('handler'));
    else yield* problemsAt(dnsLabelProblems(handler), handler, field('handler'));
    if (next.overhead) yield* overheadRules(next.overhead, field('overhead'));
    if (next.scheduling) yield* schedulingRules(next.scheduling, field('scheduling'));
  },
  validateChange: (next, old) => immutable(next.handler, old.handler, field('handler')),
  *warnings({ scheduling }) {
    for (const label of Object.keys(scheduling?.nodeSelector ?? {})) {
      const why = nodeLabelDeprecation(label);
      if (why) yield `scheduling.nodeSelector: ${why}`;
    }
  },
  columns: [nameColumn, { name: 'Handler', type: 'string', value: (rc) => rc.handler }, ageColumn],
});

const rules = podRules(false);

/** What a pod costs beside its containers is limited as a container is. */
const overheadRules = ({ podFixed }: Overhead, at: Path): Iterable<FieldError> =>
  errorsOf(validateContainerResources, podFixed ? { limits: podFixed } : {}, at, { rules, claims: new Set<string>() });

function* schedulingRules({ nodeSelector, tolerations = [] }: Scheduling, at: Path): Iterable<FieldError> {
  yield* validateLabels(nodeSelector, at.child('nodeSelector'));
  const here = at.child('tolerations');
  yield* errorsOf(validateTolerations, tolerations, here, rules);
  const seen = new Set<string>();
  for (const [i, one] of tolerations.entries()) {
    const key = JSON.stringify([one.key, one.operator, one.value, one.effect]);
    if (seen.has(key)) yield duplicate(here.index(i), internalValue(toleration, one));
    seen.add(key);
  }
}
