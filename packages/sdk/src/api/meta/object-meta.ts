import type { JsonObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../../machinery/index.ts';
import { s, type Struct } from '../../schema/index.ts';
export type { ManagedFieldsEntry, ObjectMeta, OwnerReference };

const ownerReferenceShape = s.struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  {
    apiVersion: s.req(5, s.str()),
    kind: s.req(1, s.str()),
    name: s.req(3, s.str()),
    uid: s.req(4, s.str()),
    controller: s.opt(6, s.bool()),
    blockOwnerDeletion: s.opt(7, s.bool()),
  },
  { atomic: true },
);
export const ownerReference: Struct<OwnerReference> = ownerReferenceShape as Struct<OwnerReference>;

const managedFieldsEntryShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  manager: s.zero(1, s.str()),
  operation: s.zero(2, s.str()),
  apiVersion: s.zero(3, s.str()),
  time: s.opt(4, s.time()),
  fieldsType: s.zero(6, s.str()),
  fieldsV1: s.opt(7, s.any<JsonObject>('io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1')),
  subresource: s.zero(8, s.str()),
});
export const managedFieldsEntry: Struct<ManagedFieldsEntry> = managedFieldsEntryShape as Struct<ManagedFieldsEntry>;

const objectMetaShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  name: s.zero(1, s.str()),
  generateName: s.zero(2, s.str()),
  namespace: s.zero(3, s.str()),
  selfLink: s.zero(4, s.str()),
  uid: s.zero(5, s.str()),
  resourceVersion: s.zero(6, s.str()),
  generation: s.zero(7, s.int64()),
  creationTimestamp: s.opt(8, s.time(), { always: true }),
  deletionTimestamp: s.opt(9, s.time()),
  deletionGracePeriodSeconds: s.opt(10, s.int64()),
  labels: s.zero(11, s.map(s.str())),
  annotations: s.zero(12, s.map(s.str())),
  ownerReferences: s.zero(13, s.listByKey(ownerReference, ['uid'], { patchKey: 'uid' })),
  finalizers: s.zero(14, s.set(s.str(), { patch: 'merge' })),
  managedFields: s.zero(17, s.list(managedFieldsEntry)),
});
export const objectMeta: Struct<ObjectMeta, Partial<ObjectMeta>> = objectMetaShape as Struct<
  ObjectMeta,
  Partial<ObjectMeta>
>;
