import type { KubeObject, OwnerReference } from '../machinery/index.ts';
import type { KindRef } from './kind-ref.ts';

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((r) => r.controller);

/** The reference that makes `owner` the controller of an object. */
export const controllerReference = (kind: KindRef, owner: KubeObject): OwnerReference => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  name: owner.metadata.name!,
  uid: owner.metadata.uid!,
  controller: true,
  blockOwnerDeletion: true,
});

/** True when the reference is to an object of this kind, in whatever version. */
export const refersTo = (kind: Pick<KindRef, 'group' | 'kind'>, { apiVersion, kind: name }: OwnerReference): boolean =>
  name === kind.kind && (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '') === kind.group;
