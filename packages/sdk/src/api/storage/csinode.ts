import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const volumeNodeResourcesShape = s.struct('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: s.opt(1, s.int32()),
});
export interface VolumeNodeResources extends s.Out<typeof volumeNodeResourcesShape> {}
export interface VolumeNodeResourcesManifest extends s.In<typeof volumeNodeResourcesShape> {}
export const volumeNodeResources: Struct<VolumeNodeResources, VolumeNodeResourcesManifest> = volumeNodeResourcesShape;

const csiNodeDriverShape = s.struct('io.k8s.api.storage.v1.CSINodeDriver', {
  name: s.req(1, s.str()),
  nodeID: s.req(2, s.str()),
  topologyKeys: s.held(3, s.list(s.str())),
  allocatable: s.opt(4, volumeNodeResources),
});
export interface CSINodeDriver extends s.Out<typeof csiNodeDriverShape> {}
export interface CSINodeDriverManifest extends s.In<typeof csiNodeDriverShape> {}
export const csiNodeDriver: Struct<CSINodeDriver, CSINodeDriverManifest> = csiNodeDriverShape;

const csiNodeSpecShape = s.struct('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: s.req(1, s.listByKey(csiNodeDriver, ['name'], { patchKey: 'name' })),
});
export interface CSINodeSpec extends s.Out<typeof csiNodeSpecShape> {}
export interface CSINodeSpecManifest extends s.In<typeof csiNodeSpecShape> {}
export const csiNodeSpec: Struct<CSINodeSpec, CSINodeSpecManifest> = csiNodeSpecShape;

const csiNodeShape = s.struct('io.k8s.api.storage.v1.CSINode', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, csiNodeSpec),
});
export interface CSINode extends s.Out<typeof csiNodeShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CSINodeManifest extends s.In<typeof csiNodeShape> {
  apiVersion?: string;
  kind?: string;
}
export const csiNode: Kind<CSINode, CSINodeManifest> = defineKind<CSINode, CSINodeManifest>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  unconditionalUpdate: false,
  schema: csiNodeShape,
});
