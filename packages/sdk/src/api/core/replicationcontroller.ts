import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { podTemplateSpec } from './pod/pod-template.ts';
import { objectMeta } from '../meta/object-meta.ts';

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
  status: true,
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas' },
  generation: true,
  storagePrefix: 'controllers',
  fieldSelectors: { 'status.replicas': ({ status }) => String(status.replicas) },
  schema: replicationControllerShape,
});
