import { deepCopy } from '../../machinery/index.ts';
import { defineKind, type Gates, nameIsLabel, type Kind, s, setFields, type Struct } from '../../schema/index.ts';
import { persistentVolumeClaimStatus } from '../core/persistentvolumeclaim/persistentvolumeclaim.ts';
import { dropGatedFields } from '../core/pod/gated-fields.ts';
import { persistentVolumeClaimSpec } from '../core/pod/volume.ts';
import { podTemplateSpec } from '../core/pod/pod-template.ts';
import { ageColumn, containerColumns, nameColumn } from '../meta/columns.ts';
import { isOpen } from '../meta/field-gates.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { statefulSetUpdateStrategy } from './statefulset-strategy.ts';
import { validateStatefulSet, validateStatefulSetStatus } from './statefulset-rules.ts';
import { statefulSetWarnings } from './statefulset-warnings.ts';

const statefulSetOrdinalsShape = s.struct('io.k8s.api.apps.v1.StatefulSetOrdinals', {
  start: s.held(1, s.int32()),
});
export interface StatefulSetOrdinals extends s.Out<typeof statefulSetOrdinalsShape> {}
export interface StatefulSetOrdinalsManifest extends s.In<typeof statefulSetOrdinalsShape> {}
export const statefulSetOrdinals: Struct<StatefulSetOrdinals, StatefulSetOrdinalsManifest> = statefulSetOrdinalsShape;

const statefulSetPersistentVolumeClaimRetentionPolicyShape = s.struct(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: s.zero(1, s.str(), { fill: 'Retain' }),
    whenScaled: s.zero(2, s.str(), { fill: 'Retain' }),
  },
);
export interface StatefulSetPersistentVolumeClaimRetentionPolicy extends s.Out<
  typeof statefulSetPersistentVolumeClaimRetentionPolicyShape
> {}
export interface StatefulSetPersistentVolumeClaimRetentionPolicyManifest extends s.In<
  typeof statefulSetPersistentVolumeClaimRetentionPolicyShape
> {}
export const statefulSetPersistentVolumeClaimRetentionPolicy: Struct<
  StatefulSetPersistentVolumeClaimRetentionPolicy,
  StatefulSetPersistentVolumeClaimRetentionPolicyManifest
> = statefulSetPersistentVolumeClaimRetentionPolicyShape;

/** A claim inside a StatefulSet says what it is, whatever it was called, though protobuf doesn't carry that. */
const volumeClaimTemplateShape = s.struct(
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  {
    kind: s.zero(0, s.str()),
    apiVersion: s.zero(0, s.str()),
    metadata: s.held(1, objectMeta),
    spec: s.held(2, persistentVolumeClaimSpec),
    status: s.held(3, persistentVolumeClaimStatus),
  },
  {
    fill: (claim) =>
      setFields(volumeClaimTemplate, claim as unknown as VolumeClaimTemplate, {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
      }),
  },
);
export interface VolumeClaimTemplate extends s.Out<typeof volumeClaimTemplateShape> {}
export interface VolumeClaimTemplateManifest extends s.In<typeof volumeClaimTemplateShape> {}
export const volumeClaimTemplate: Struct<VolumeClaimTemplate, VolumeClaimTemplateManifest> = volumeClaimTemplateShape;

const statefulSetSpecShape = s.struct('io.k8s.api.apps.v1.StatefulSetSpec', {
  replicas: s.opt(1, s.int32(), { fill: 1 }),
  selector: s.req(2, labelSelector, { nullable: true }),
  template: s.req(3, podTemplateSpec),
  volumeClaimTemplates: s.zero(4, s.list(volumeClaimTemplate)),
  serviceName: s.held(5, s.str()),
  podManagementPolicy: s.zero(6, s.oneOf('OrderedReady', 'Parallel'), { fill: 'OrderedReady' }),
  updateStrategy: s.held(7, statefulSetUpdateStrategy),
  revisionHistoryLimit: s.opt(8, s.int32(), { fill: 10 }),
  minReadySeconds: s.zero(9, s.int32()),
  persistentVolumeClaimRetentionPolicy: s.opt(10, statefulSetPersistentVolumeClaimRetentionPolicy, { fill: {} }),
  ordinals: s.opt(11, statefulSetOrdinals),
});
export interface StatefulSetSpec extends s.Out<typeof statefulSetSpecShape> {}
export interface StatefulSetSpecManifest extends s.In<typeof statefulSetSpecShape> {}
export const statefulSetSpec: Struct<StatefulSetSpec, StatefulSetSpecManifest> = statefulSetSpecShape;

const statefulSetConditionShape = s.struct('io.k8s.api.apps.v1.StatefulSetCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface StatefulSetCondition extends s.Out<typeof statefulSetConditionShape> {}
export interface StatefulSetConditionManifest extends s.In<typeof statefulSetConditionShape> {}
export const statefulSetCondition: Struct<StatefulSetCondition, StatefulSetConditionManifest> =
  statefulSetConditionShape;

const statefulSetStatusShape = s.struct('io.k8s.api.apps.v1.StatefulSetStatus', {
  observedGeneration: s.zero(1, s.int64()),
  replicas: s.req(2, s.int32()),
  readyReplicas: s.zero(3, s.int32()),
  currentReplicas: s.zero(4, s.int32()),
  updatedReplicas: s.zero(5, s.int32()),
  currentRevision: s.zero(6, s.str()),
  updateRevision: s.zero(7, s.str()),
  collisionCount: s.opt(9, s.int32()),
  conditions: s.zero(10, s.listByKey(statefulSetCondition, ['type'], { patchKey: 'type' })),
  availableReplicas: s.held(11, s.int32()),
});
export interface StatefulSetStatus extends s.Out<typeof statefulSetStatusShape> {}
export interface StatefulSetStatusManifest extends s.In<typeof statefulSetStatusShape> {}
export const statefulSetStatus: Struct<StatefulSetStatus, StatefulSetStatusManifest> = statefulSetStatusShape;

const statefulSetShape = s.struct('io.k8s.api.apps.v1.StatefulSet', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, statefulSetSpec),
  status: s.held(3, statefulSetStatus),
});
export interface StatefulSet extends s.Out<typeof statefulSetShape> {
  apiVersion?: string;
  kind?: string;
}
export interface StatefulSetManifest extends s.In<typeof statefulSetShape> {
  apiVersion?: string;
  kind?: string;
}
export const statefulSet: Kind<StatefulSet, StatefulSetManifest> = defineKind<StatefulSet, StatefulSetManifest>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  scope: 'Namespaced',
  shortNames: ['sts'],
  categories: ['all'],
  validateName: nameIsLabel,
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    updateRules: ['object', 'metadataChange'],
    validate: validateStatefulSetStatus,
  },
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas' },
  generation: true,
  prepareForCreate: ({ spec }, { gates }) => dropGated(spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropGated(spec, { old: old.spec, gates }),
  validate: validateStatefulSet,
  warnings: statefulSetWarnings,
  columns: [
    nameColumn,
    {
      name: 'Ready',
      type: 'string',
      description: 'Number of the pod with ready state',
      value: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    ageColumn,
    ...containerColumns<StatefulSet>(({ spec }) => spec.template.spec),
  ],
  schema: statefulSetShape,
});

function dropGated(
  { template, updateStrategy }: StatefulSetSpec,
  { old, gates }: { old?: StatefulSetSpec; gates: Gates | undefined },
): void {
  const { type, rollingUpdate } = updateStrategy;
  if (isOpen(gates, 'MaxUnavailableStatefulSet')) {
    // Only where it may be said does it have a default.
    if (type === 'RollingUpdate' && rollingUpdate) rollingUpdate.maxUnavailable ??= 1;
  } else if (old?.updateStrategy.rollingUpdate?.maxUnavailable === undefined) delete rollingUpdate?.maxUnavailable;
  dropGatedFields(template.spec, { old: old?.template.spec, gates });
}
