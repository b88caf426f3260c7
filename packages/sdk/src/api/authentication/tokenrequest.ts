import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const boundObjectReferenceShape = s.struct('io.k8s.api.authentication.v1.BoundObjectReference', {
  kind: s.zero(1, s.str()),
  apiVersion: s.zero(2, s.str()),
  name: s.zero(3, s.str()),
  uid: s.zero(4, s.str()),
});
export interface BoundObjectReference extends s.Out<typeof boundObjectReferenceShape> {}
export interface BoundObjectReferenceManifest extends s.In<typeof boundObjectReferenceShape> {}
export const boundObjectReference: Struct<BoundObjectReference, BoundObjectReferenceManifest> =
  boundObjectReferenceShape;

const tokenRequestSpecShape = s.struct('io.k8s.api.authentication.v1.TokenRequestSpec', {
  audiences: s.held(1, s.list(s.str()), { nullable: true }),
  expirationSeconds: s.held(4, s.int64(), { nullable: true, fill: 3600 }),
  boundObjectRef: s.held(3, boundObjectReference, { nullable: true }),
});
export interface TokenRequestSpec extends s.Out<typeof tokenRequestSpecShape> {}
export interface TokenRequestSpecManifest extends s.In<typeof tokenRequestSpecShape> {}
export const tokenRequestSpec: Struct<TokenRequestSpec, TokenRequestSpecManifest> = tokenRequestSpecShape;

const tokenRequestStatusShape = s.struct('io.k8s.api.authentication.v1.TokenRequestStatus', {
  token: s.held(1, s.str()),
  expirationTimestamp: s.held(2, s.time(), { nullable: true }),
});
export interface TokenRequestStatus extends s.Out<typeof tokenRequestStatusShape> {}
export interface TokenRequestStatusManifest extends s.In<typeof tokenRequestStatusShape> {}
export const tokenRequestStatus: Struct<TokenRequestStatus, TokenRequestStatusManifest> = tokenRequestStatusShape;

const tokenRequestShape = s.struct('io.k8s.api.authentication.v1.TokenRequest', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, tokenRequestSpec),
  status: s.held(3, tokenRequestStatus),
});
export interface TokenRequest extends s.Out<typeof tokenRequestShape> {
  apiVersion?: string;
  kind?: string;
}
export interface TokenRequestManifest extends s.In<typeof tokenRequestShape> {
  apiVersion?: string;
  kind?: string;
}
export const tokenRequest: Kind<TokenRequest, TokenRequestManifest> = defineKind<TokenRequest, TokenRequestManifest>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'serviceaccounts/token',
  scope: 'Namespaced',
  verbs: [],
  schema: tokenRequestShape,
});
