import { s, type Struct } from '../../schema/index.ts';

const objectReferenceShape = s.struct(
  'io.k8s.api.core.v1.ObjectReference',
  {
    kind: s.zero(1, s.str()),
    namespace: s.zero(2, s.str()),
    name: s.zero(3, s.str()),
    uid: s.zero(4, s.str()),
    apiVersion: s.zero(5, s.str()),
    resourceVersion: s.zero(6, s.str()),
    fieldPath: s.zero(7, s.str()),
  },
  { atomic: true },
);
export interface ObjectReference extends s.Out<typeof objectReferenceShape> {}
export interface ObjectReferenceManifest extends s.In<typeof objectReferenceShape> {}
export const objectReference: Struct<ObjectReference, ObjectReferenceManifest> = objectReferenceShape;

const localObjectReferenceShape = s.struct(
  'io.k8s.api.core.v1.LocalObjectReference',
  {
    name: s.zero(1, s.str()),
  },
  { atomic: true },
);
export interface LocalObjectReference extends s.Out<typeof localObjectReferenceShape> {}
export interface LocalObjectReferenceManifest extends s.In<typeof localObjectReferenceShape> {}
export const localObjectReference: Struct<LocalObjectReference, LocalObjectReferenceManifest> =
  localObjectReferenceShape;

const typedLocalObjectReferenceShape = s.struct(
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  {
    apiGroup: s.held(1, s.str(), { nullable: true }),
    kind: s.req(2, s.str()),
    name: s.req(3, s.str()),
  },
  { atomic: true },
);
export interface TypedLocalObjectReference extends s.Out<typeof typedLocalObjectReferenceShape> {}
export interface TypedLocalObjectReferenceManifest extends s.In<typeof typedLocalObjectReferenceShape> {}
export const typedLocalObjectReference: Struct<TypedLocalObjectReference, TypedLocalObjectReferenceManifest> =
  typedLocalObjectReferenceShape;

const typedObjectReferenceShape = s.struct('io.k8s.api.core.v1.TypedObjectReference', {
  apiGroup: s.held(1, s.str(), { nullable: true }),
  kind: s.req(2, s.str()),
  name: s.req(3, s.str()),
  namespace: s.opt(4, s.str()),
});
export interface TypedObjectReference extends s.Out<typeof typedObjectReferenceShape> {}
export interface TypedObjectReferenceManifest extends s.In<typeof typedObjectReferenceShape> {}
export const typedObjectReference: Struct<TypedObjectReference, TypedObjectReferenceManifest> =
  typedObjectReferenceShape;

/** Field selectors by what a kind refers to: `involvedObject.kind`, `involvedObject.name`, and the others. */
export function referenceFields<O>(
  name: string,
  of: (object: O) => ObjectReference,
): Record<string, (object: O) => string> {
  const fields = [...objectReferenceShape.shape.fields.keys()] as (keyof ObjectReference)[];
  return Object.fromEntries(fields.map((f) => [`${name}.${f}`, (object: O) => of(object)[f] ?? '']));
}
