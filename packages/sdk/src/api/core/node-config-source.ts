import { s, type Struct } from '../../schema/index.ts';

const configMapNodeConfigSourceShape = s.struct('io.k8s.api.core.v1.ConfigMapNodeConfigSource', {
  namespace: s.req(1, s.str()),
  name: s.req(2, s.str()),
  uid: s.zero(3, s.str()),
  resourceVersion: s.zero(4, s.str()),
  kubeletConfigKey: s.req(5, s.str()),
});
export interface ConfigMapNodeConfigSource extends s.Out<typeof configMapNodeConfigSourceShape> {}
export interface ConfigMapNodeConfigSourceManifest extends s.In<typeof configMapNodeConfigSourceShape> {}
export const configMapNodeConfigSource: Struct<ConfigMapNodeConfigSource, ConfigMapNodeConfigSourceManifest> =
  configMapNodeConfigSourceShape;

const nodeConfigSourceShape = s.struct('io.k8s.api.core.v1.NodeConfigSource', {
  configMap: s.opt(2, configMapNodeConfigSource),
});
export interface NodeConfigSource extends s.Out<typeof nodeConfigSourceShape> {}
export interface NodeConfigSourceManifest extends s.In<typeof nodeConfigSourceShape> {}
export const nodeConfigSource: Struct<NodeConfigSource, NodeConfigSourceManifest> = nodeConfigSourceShape;
