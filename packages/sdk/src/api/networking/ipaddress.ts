import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const parentReferenceShape = s.struct('io.k8s.api.networking.v1.ParentReference', {
  group: s.zero(1, s.str()),
  resource: s.needed(2, s.str()),
  namespace: s.zero(3, s.str()),
  name: s.needed(4, s.str()),
});
export interface ParentReference extends s.Out<typeof parentReferenceShape> {}
export interface ParentReferenceManifest extends s.In<typeof parentReferenceShape> {}
export const parentReference: Struct<ParentReference, ParentReferenceManifest> = parentReferenceShape;

const ipAddressSpecShape = s.struct('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: s.needed(1, parentReference),
});
export interface IPAddressSpec extends s.Out<typeof ipAddressSpecShape> {}
export interface IPAddressSpecManifest extends s.In<typeof ipAddressSpecShape> {}
export const ipAddressSpec: Struct<IPAddressSpec, IPAddressSpecManifest> = ipAddressSpecShape;

const ipAddressShape = s.struct('io.k8s.api.networking.v1.IPAddress', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, ipAddressSpec),
});
export interface IPAddress extends s.Out<typeof ipAddressShape> {
  apiVersion?: string;
  kind?: string;
}
export interface IPAddressManifest extends s.In<typeof ipAddressShape> {
  apiVersion?: string;
  kind?: string;
}
export const ipAddress: Kind<IPAddress, IPAddressManifest> = defineKind<IPAddress, IPAddressManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  scope: 'Cluster',
  shortNames: ['ip'],
  schema: ipAddressShape,
});
