import { defineKind, type Kind, s } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const volumeAttributesClassShape = s.struct('io.k8s.api.storage.v1.VolumeAttributesClass', {
  metadata: s.held(1, objectMeta),
  driverName: s.req(2, s.str()),
  parameters: s.zero(3, s.map(s.str())),
});
export interface VolumeAttributesClass extends s.Out<typeof volumeAttributesClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface VolumeAttributesClassManifest extends s.In<typeof volumeAttributesClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const volumeAttributesClass: Kind<VolumeAttributesClass, VolumeAttributesClassManifest> = defineKind<
  VolumeAttributesClass,
  VolumeAttributesClassManifest
>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  scope: 'Cluster',
  shortNames: ['vac'],
  schema: volumeAttributesClassShape,
});
