import { defineKind, type Kind, s } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const configMapShape = s.struct('io.k8s.api.core.v1.ConfigMap', {
  metadata: s.held(1, objectMeta),
  immutable: s.opt(4, s.bool()),
  data: s.zero(2, s.map(s.str())),
  binaryData: s.zero(3, s.map(s.bytes())),
});
export interface ConfigMap extends s.Out<typeof configMapShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ConfigMapManifest extends s.In<typeof configMapShape> {
  apiVersion?: string;
  kind?: string;
}
export const configMap: Kind<ConfigMap, ConfigMapManifest> = defineKind<ConfigMap, ConfigMapManifest>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
  shortNames: ['cm'],
  schema: configMapShape,
});
