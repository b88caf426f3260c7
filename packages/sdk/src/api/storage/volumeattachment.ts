import { immutable, field } from '../../machinery/index.ts';
import { defineKind, internalValue, type Kind, s, type Struct } from '../../schema/index.ts';
import { persistentVolumeSpec } from '../core/persistentvolume/volume-spec.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { attachmentRules } from './volumeattachment-rules.ts';

const volumeAttachmentSourceShape = s.struct('io.k8s.api.storage.v1.VolumeAttachmentSource', {
  persistentVolumeName: s.opt(1, s.str()),
  inlineVolumeSpec: s.opt(2, persistentVolumeSpec),
});
export interface VolumeAttachmentSource extends s.Out<typeof volumeAttachmentSourceShape> {}
export interface VolumeAttachmentSourceManifest extends s.In<typeof volumeAttachmentSourceShape> {}
export const volumeAttachmentSource: Struct<VolumeAttachmentSource, VolumeAttachmentSourceManifest> =
  volumeAttachmentSourceShape;

const volumeAttachmentSpecShape = s.struct('io.k8s.api.storage.v1.VolumeAttachmentSpec', {
  attacher: s.req(1, s.str()),
  source: s.req(2, volumeAttachmentSource),
  nodeName: s.req(3, s.str()),
});
export interface VolumeAttachmentSpec extends s.Out<typeof volumeAttachmentSpecShape> {}
export interface VolumeAttachmentSpecManifest extends s.In<typeof volumeAttachmentSpecShape> {}
export const volumeAttachmentSpec: Struct<VolumeAttachmentSpec, VolumeAttachmentSpecManifest> =
  volumeAttachmentSpecShape;

const volumeErrorShape = s.struct('io.k8s.api.storage.v1.VolumeError', {
  time: s.held(1, s.time(), { nullable: true }),
  message: s.zero(2, s.str()),
  errorCode: s.opt(3, s.int32()),
});
export interface VolumeError extends s.Out<typeof volumeErrorShape> {}
export interface VolumeErrorManifest extends s.In<typeof volumeErrorShape> {}
export const volumeError: Struct<VolumeError, VolumeErrorManifest> = volumeErrorShape;

const volumeAttachmentStatusShape = s.struct('io.k8s.api.storage.v1.VolumeAttachmentStatus', {
  attached: s.req(1, s.bool()),
  attachmentMetadata: s.zero(2, s.map(s.str())),
  attachError: s.opt(3, volumeError),
  detachError: s.opt(4, volumeError),
});
export interface VolumeAttachmentStatus extends s.Out<typeof volumeAttachmentStatusShape> {}
export interface VolumeAttachmentStatusManifest extends s.In<typeof volumeAttachmentStatusShape> {}
export const volumeAttachmentStatus: Struct<VolumeAttachmentStatus, VolumeAttachmentStatusManifest> =
  volumeAttachmentStatusShape;

const volumeAttachmentShape = s.struct('io.k8s.api.storage.v1.VolumeAttachment', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, volumeAttachmentSpec),
  status: s.held(3, volumeAttachmentStatus),
});
export interface VolumeAttachment extends s.Out<typeof volumeAttachmentShape> {
  apiVersion?: string;
  kind?: string;
}
export interface VolumeAttachmentManifest extends s.In<typeof volumeAttachmentShape> {
  apiVersion?: string;
  kind?: string;
}
export const volumeAttachment: Kind<VolumeAttachment, VolumeAttachmentManifest> = defineKind<
  VolumeAttachment,
  VolumeAttachmentManifest
>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  updateRules: ['metadata', 'object'],
  returnsDeleted: true,
  // What a controller says of it is checked with the rest.
  status: { keepsMetadata: true, validate: attachmentRules },
  unconditionalUpdate: false,
  schema: volumeAttachmentShape,

  *validate(next, old) {
    yield* attachmentRules(next);
    if (!old) return;
    const [spec, before] = [next.spec, old.spec].map((v) => internalValue(volumeAttachmentSpec, v));
    yield* immutable(spec, before, field('spec'));
  },
  columns: [
    nameColumn,
    { name: 'Attacher', type: 'string', field: 'spec.attacher', format: 'name', value: ({ spec }) => spec.attacher },
    {
      name: 'PV',
      type: 'string',
      field: 'spec.source.persistentVolumeName',
      value: ({ spec }) => spec.source.persistentVolumeName ?? '',
    },
    { name: 'Node', type: 'string', field: 'spec.nodeName', value: ({ spec }) => spec.nodeName },
    { name: 'Attached', type: 'boolean', field: 'status.attached', value: ({ status }) => status.attached },
    ageColumn,
  ],
});
