import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { dropGatedFields } from '../core/pod/gated-fields.ts';
import { podTemplateSpec } from '../core/pod/pod-template.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn, selectorText } from '../meta/columns.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { dropTerminatingCount } from './terminating-count.ts';
import { validateReplicaSet, validateReplicaSetStatus } from './replicaset-rules.ts';
import { workloadWarnings } from './workload-warnings.ts';

const replicaSetSpecShape = s.struct('io.k8s.api.apps.v1.ReplicaSetSpec', {
  replicas: s.opt(1, s.int32(), { fill: 1 }),
  minReadySeconds: s.zero(4, s.int32()),
  selector: s.req(2, labelSelector, { nullable: true }),
  template: s.held(3, podTemplateSpec),
});
export interface ReplicaSetSpec extends s.Out<typeof replicaSetSpecShape> {}
export interface ReplicaSetSpecManifest extends s.In<typeof replicaSetSpecShape> {}
export const replicaSetSpec: Struct<ReplicaSetSpec, ReplicaSetSpecManifest> = replicaSetSpecShape;

const replicaSetConditionShape = s.struct('io.k8s.api.apps.v1.ReplicaSetCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface ReplicaSetCondition extends s.Out<typeof replicaSetConditionShape> {}
export interface ReplicaSetConditionManifest extends s.In<typeof replicaSetConditionShape> {}
export const replicaSetCondition: Struct<ReplicaSetCondition, ReplicaSetConditionManifest> = replicaSetConditionShape;

const replicaSetStatusShape = s.struct('io.k8s.api.apps.v1.ReplicaSetStatus', {
  replicas: s.req(1, s.int32()),
  fullyLabeledReplicas: s.zero(2, s.int32()),
  readyReplicas: s.zero(4, s.int32()),
  availableReplicas: s.zero(5, s.int32()),
  terminatingReplicas: s.opt(7, s.int32()),
  observedGeneration: s.zero(3, s.int64()),
  conditions: s.zero(6, s.listByKey(replicaSetCondition, ['type'], { patchKey: 'type' })),
});
export interface ReplicaSetStatus extends s.Out<typeof replicaSetStatusShape> {}
export interface ReplicaSetStatusManifest extends s.In<typeof replicaSetStatusShape> {}
export const replicaSetStatus: Struct<ReplicaSetStatus, ReplicaSetStatusManifest> = replicaSetStatusShape;

const replicaSetShape = s.struct('io.k8s.api.apps.v1.ReplicaSet', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, replicaSetSpec),
  status: s.held(3, replicaSetStatus),
});
export interface ReplicaSet extends s.Out<typeof replicaSetShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ReplicaSetManifest extends s.In<typeof replicaSetShape> {
  apiVersion?: string;
  kind?: string;
}
export const replicaSet: Kind<ReplicaSet, ReplicaSetManifest> = defineKind<ReplicaSet, ReplicaSetManifest>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  scope: 'Namespaced',
  shortNames: ['rs'],
  categories: ['all'],
  status: {
    prepareForUpdate(next, old, { gates }) {
      next.spec = old.spec;
      dropTerminatingCount(next.status, { old: old.status, gates });
    },
    validate: validateReplicaSetStatus,
  },
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas' },
  generation: true,
  prepareForCreate: ({ spec }, { gates }) => dropGatedFields(spec.template.spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) =>
    dropGatedFields(spec.template.spec, { old: old.spec.template.spec, gates }),
  validate: validateReplicaSet,
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', field: 'spec.replicas', value: ({ spec }) => spec.replicas },
    { name: 'Current', type: 'integer', field: 'status.replicas', value: ({ status }) => status.replicas ?? 0 },
    { name: 'Ready', type: 'integer', field: 'status.readyReplicas', value: ({ status }) => status.readyReplicas ?? 0 },
    ageColumn,
    ...containerColumns<ReplicaSet>(({ spec }) => spec.template.spec),
    selectorColumn(({ spec }) => selectorText(spec.selector)),
  ],
  schema: replicaSetShape,
});
