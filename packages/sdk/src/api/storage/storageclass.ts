import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { storageClassChangeRules, storageClassRules, storageClassWarnings } from './storageclass-rules.ts';

const topologySelectorLabelRequirementShape = s.struct('io.k8s.api.core.v1.TopologySelectorLabelRequirement', {
  key: s.req(1, s.str()),
  values: s.req(2, s.list(s.str())),
});
export interface TopologySelectorLabelRequirement extends s.Out<typeof topologySelectorLabelRequirementShape> {}
export interface TopologySelectorLabelRequirementManifest extends s.In<typeof topologySelectorLabelRequirementShape> {}
export const topologySelectorLabelRequirement: Struct<
  TopologySelectorLabelRequirement,
  TopologySelectorLabelRequirementManifest
> = topologySelectorLabelRequirementShape;

const topologySelectorTermShape = s.struct(
  'io.k8s.api.core.v1.TopologySelectorTerm',
  {
    matchLabelExpressions: s.zero(1, s.list(topologySelectorLabelRequirement)),
  },
  { atomic: true },
);
export interface TopologySelectorTerm extends s.Out<typeof topologySelectorTermShape> {}
export interface TopologySelectorTermManifest extends s.In<typeof topologySelectorTermShape> {}
export const topologySelectorTerm: Struct<TopologySelectorTerm, TopologySelectorTermManifest> =
  topologySelectorTermShape;

const storageClassShape = s.struct('io.k8s.api.storage.v1.StorageClass', {
  metadata: s.held(1, objectMeta),
  provisioner: s.req(2, s.str()),
  parameters: s.zero(3, s.map(s.str())),
  reclaimPolicy: s.opt(4, s.oneOf('Delete', 'Recycle', 'Retain'), { fill: 'Delete' }),
  mountOptions: s.zero(5, s.list(s.str())),
  allowVolumeExpansion: s.opt(6, s.bool()),
  volumeBindingMode: s.opt(7, s.oneOf('Immediate', 'WaitForFirstConsumer'), { fill: 'Immediate' }),
  allowedTopologies: s.zero(8, s.list(topologySelectorTerm)),
});
export interface StorageClass extends s.Out<typeof storageClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface StorageClassManifest extends s.In<typeof storageClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const storageClass: Kind<StorageClass, StorageClassManifest> = defineKind<StorageClass, StorageClassManifest>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  shortNames: ['sc'],
  returnsDeleted: true,
  schema: storageClassShape,

  validate: storageClassRules,
  validateChange: storageClassChangeRules,
  warnings: storageClassWarnings,
  columns: [
    {
      ...nameColumn,
      value: (sc) => `${sc.metadata.name}${isDefaultStorageClass(sc) ? ' (default)' : ''}`,
    },
    { name: 'Provisioner', type: 'string', field: 'provisioner', value: (sc) => sc.provisioner },
    { name: 'ReclaimPolicy', type: 'string', field: 'reclaimPolicy', value: (sc) => sc.reclaimPolicy },
    { name: 'VolumeBindingMode', type: 'string', field: 'volumeBindingMode', value: (sc) => sc.volumeBindingMode },
    {
      name: 'AllowVolumeExpansion',
      type: 'string',
      field: 'allowVolumeExpansion',
      value: (sc) => sc.allowVolumeExpansion ?? false,
    },
    ageColumn,
  ],
});

/** Whether claims that name no class get this one. */
export const isDefaultStorageClass = ({ metadata: { annotations } }: StorageClass): boolean =>
  ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (a) => annotations?.[a] === 'true',
  );
