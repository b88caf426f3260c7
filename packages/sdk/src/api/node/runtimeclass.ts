import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
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
  createOnUpdate: true,
  unconditionalUpdate: false,
  schema: runtimeClassShape,
});
