import { deepCopy, field, inKeyOrder } from '../../machinery/index.ts';
import { defineKind, type Gates, type Kind, nameIsSubdomain, s, setFields, type Struct } from '../../schema/index.ts';
import { ageColumn, containerColumns, labelsText, nameColumn, selectorColumn } from '../meta/columns.ts';
import { dropGatedFields } from './pod/gated-fields.ts';
import { podTemplateSpec } from './pod/pod-template.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { nameWarning, templateWarnings } from './pod/warnings/pod-warnings.ts';
import { validateReplicationController, validateReplicationControllerStatus } from './replicationcontroller-rules.ts';

const replicationControllerSpecShape = s.struct('io.k8s.api.core.v1.ReplicationControllerSpec', {
  replicas: s.opt(1, s.int32(), { default: 1 }),
  minReadySeconds: s.zero(4, s.int32()),
  selector: s.zero(2, s.atomicMap(s.str())),
  template: s.opt(3, podTemplateSpec),
});
export interface ReplicationControllerSpec extends s.Out<typeof replicationControllerSpecShape> {}
export interface ReplicationControllerSpecManifest extends s.In<typeof replicationControllerSpecShape> {}
export const replicationControllerSpec: Struct<ReplicationControllerSpec, ReplicationControllerSpecManifest> =
  replicationControllerSpecShape;

const replicationControllerConditionShape = s.struct('io.k8s.api.core.v1.ReplicationControllerCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface ReplicationControllerCondition extends s.Out<typeof replicationControllerConditionShape> {}
export interface ReplicationControllerConditionManifest extends s.In<typeof replicationControllerConditionShape> {}
export const replicationControllerCondition: Struct<
  ReplicationControllerCondition,
  ReplicationControllerConditionManifest
> = replicationControllerConditionShape;

const replicationControllerStatusShape = s.struct('io.k8s.api.core.v1.ReplicationControllerStatus', {
  replicas: s.req(1, s.int32()),
  fullyLabeledReplicas: s.zero(2, s.int32()),
  readyReplicas: s.zero(4, s.int32()),
  availableReplicas: s.zero(5, s.int32()),
  observedGeneration: s.zero(3, s.int64()),
  conditions: s.zero(6, s.listByKey(replicationControllerCondition, ['type'], { patchKey: 'type' })),
});
export interface ReplicationControllerStatus extends s.Out<typeof replicationControllerStatusShape> {}
export interface ReplicationControllerStatusManifest extends s.In<typeof replicationControllerStatusShape> {}
export const replicationControllerStatus: Struct<ReplicationControllerStatus, ReplicationControllerStatusManifest> =
  replicationControllerStatusShape;

const replicationControllerShape = s.struct('io.k8s.api.core.v1.ReplicationController', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, replicationControllerSpec),
  status: s.held(3, replicationControllerStatus),
});
export interface ReplicationController extends s.Out<typeof replicationControllerShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ReplicationControllerManifest extends s.In<typeof replicationControllerShape> {
  apiVersion?: string;
  kind?: string;
}
export const replicationController: Kind<ReplicationController, ReplicationControllerManifest> = defineKind<
  ReplicationController,
  ReplicationControllerManifest
>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  scope: 'Namespaced',
  shortNames: ['rc'],
  categories: ['all'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    validate: validateReplicationControllerStatus,
  },
  scale: {
    specReplicas: '.spec.replicas',
    statusReplicas: '.status.replicas',
    selector: ({ spec }) =>
      Object.entries(spec.selector ?? {})
        .map((pair) => pair.join('='))
        .sort()
        .join(','),
  },
  generation: true,
  // What they did before there was a choice.
  orphanDependents: true,
  default: fillLabels,
  prepareForCreate: ({ spec }, { gates }) => dropGated(spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropGated(spec, { old: old.spec, gates }),
  validate: validateReplicationController,
  *warnings({ metadata, spec }, old) {
    if (!old) yield* nameWarning(metadata, 'this is used in Pod names and hostnames');
    if (metadata.generation === old?.metadata.generation) return;
    // Upstream looks at the template that was there before.
    const { template } = (old ?? { spec }).spec;
    if (template) yield* templateWarnings(template, field('spec', 'template'));
  },
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', field: 'spec.replicas', value: ({ spec }) => spec.replicas },
    { name: 'Current', type: 'integer', field: 'status.replicas', value: ({ status }) => status.replicas ?? 0 },
    { name: 'Ready', type: 'integer', field: 'status.readyReplicas', value: ({ status }) => status.readyReplicas ?? 0 },
    ageColumn,
    ...containerColumns<ReplicationController>(({ spec }) => spec.template?.spec),
    selectorColumn(({ spec }) => labelsText(spec.selector)),
  ],
  storagePrefix: 'controllers',
  fieldSelectors: { 'status.replicas': ({ status }) => String(status.replicas) },
  // What upstream has declared of it counts in bytes.
  validateName: (name, prefix) =>
    nameIsSubdomain(name, prefix).map((p) => (prefix ? p : p.replace(/ characters$/, ' bytes'))),
  schema: replicationControllerShape,
});

/** Who doesn't say which pods it means means those it makes, and is called as they are. */
function fillLabels({ metadata, spec }: ReplicationController): void {
  const { labels } = spec.template?.metadata ?? {};
  if (!labels || !Object.keys(labels).length) return;
  if (!Object.keys(spec.selector ?? {}).length) {
    setFields(replicationControllerSpec, spec, { selector: inKeyOrder(labels) });
  }
  if (!Object.keys(metadata.labels ?? {}).length) metadata.labels = inKeyOrder(labels);
}

function dropGated(
  { template }: ReplicationControllerSpec,
  { old, gates }: { old?: ReplicationControllerSpec; gates: Gates | undefined },
): void {
  if (template) dropGatedFields(template.spec, { old: old?.template?.spec, gates });
}
