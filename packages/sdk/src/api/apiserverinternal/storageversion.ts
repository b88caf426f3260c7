import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { listText } from '../meta/list-text.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { storageVersionNameProblems, storageVersionStatusRules } from './storageversion-rules.ts';

const of = (name: string): string => `io.k8s.api.apiserverinternal.v1alpha1.${name}`;

const serverShape = s.struct(of('ServerStorageVersion'), {
  apiServerID: s.needed(1, s.str()),
  encodingVersion: s.needed(2, s.str()),
  decodableVersions: s.needed(3, s.set(s.str())),
  servedVersions: s.zero(4, s.set(s.str())),
});
export interface ServerStorageVersion extends s.Out<typeof serverShape> {}
export const serverStorageVersion: Struct<ServerStorageVersion> = serverShape;

const conditionShape = s.struct(of('StorageVersionCondition'), {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  observedGeneration: s.zero(3, s.int64()),
  lastTransitionTime: s.held(4, s.time(), { nullable: true }),
  reason: s.req(5, s.str()),
  message: s.needed(6, s.str()),
});
export interface StorageVersionCondition extends s.Out<typeof conditionShape> {}
export interface StorageVersionConditionManifest extends s.In<typeof conditionShape> {}
export const storageVersionCondition: Struct<StorageVersionCondition, StorageVersionConditionManifest> = conditionShape;

const statusShape = s.struct(of('StorageVersionStatus'), {
  storageVersions: s.zero(1, s.listByKey(serverStorageVersion, ['apiServerID'])),
  commonEncodingVersion: s.opt(2, s.str()),
  conditions: s.zero(3, s.listByKey(storageVersionCondition, ['type'])),
});
export interface StorageVersionStatus extends s.Out<typeof statusShape> {}
export interface StorageVersionStatusManifest extends s.In<typeof statusShape> {}
export const storageVersionStatus: Struct<StorageVersionStatus, StorageVersionStatusManifest> = statusShape;

const storageVersionShape = s.struct(of('StorageVersion'), {
  metadata: s.req(1, objectMeta),
  spec: s.held(2, s.struct(of('StorageVersionSpec'), {})),
  status: s.held(3, storageVersionStatus),
});
export interface StorageVersion extends s.Out<typeof storageVersionShape> {
  apiVersion?: string;
  kind?: string;
}
export interface StorageVersionManifest extends s.In<typeof storageVersionShape> {
  apiVersion?: string;
  kind?: string;
}

/** In which version each server stores a resource, and which it can read. */
export const storageVersion: Kind<StorageVersion, StorageVersionManifest> = defineKind<
  StorageVersion,
  StorageVersionManifest
>({
  group: 'internal.apiserver.k8s.io',
  version: 'v1alpha1',
  kind: 'StorageVersion',
  plural: 'storageversions',
  scope: 'Cluster',
  unconditionalUpdate: false,
  // Nothing is asked of an update but what every write is asked.
  updateRules: [],
  status: { updateRules: ['object'], prepareForUpdate: keepAllButStatus, validate: storageVersionStatusRules },
  resetFields: statusOnlyResetFields,
  schema: storageVersionShape,

  validateName: storageVersionNameProblems,
  validate: storageVersionStatusRules,
  columns: [
    nameColumn,
    {
      name: 'CommonEncodingVersion',
      type: 'string',
      field: 'status.commonEncodingVersion',
      value: ({ status }) => status.commonEncodingVersion ?? '<unset>',
    },
    {
      name: 'StorageVersions',
      type: 'string',
      field: 'status.storageVersions',
      value: ({ status: { storageVersions = [] } }) =>
        listText(storageVersions.map((v) => `${v.apiServerID ?? ''}=${v.encodingVersion ?? ''}`)),
    },
    ageColumn,
  ],
});
