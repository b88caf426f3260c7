import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { userInfo } from './user-info.ts';
import { objectMeta } from '../meta/object-meta.ts';

const tokenReviewSpecShape = s.struct('io.k8s.api.authentication.v1.TokenReviewSpec', {
  token: s.needed(1, s.str()),
  audiences: s.zero(2, s.list(s.str())),
});
export interface TokenReviewSpec extends s.Out<typeof tokenReviewSpecShape> {}
export interface TokenReviewSpecManifest extends s.In<typeof tokenReviewSpecShape> {}
export const tokenReviewSpec: Struct<TokenReviewSpec, TokenReviewSpecManifest> = tokenReviewSpecShape;

const tokenReviewStatusShape = s.struct('io.k8s.api.authentication.v1.TokenReviewStatus', {
  authenticated: s.zero(1, s.bool()),
  user: s.held(2, userInfo),
  audiences: s.zero(4, s.list(s.str())),
  error: s.zero(3, s.str()),
});
export interface TokenReviewStatus extends s.Out<typeof tokenReviewStatusShape> {}
export interface TokenReviewStatusManifest extends s.In<typeof tokenReviewStatusShape> {}
export const tokenReviewStatus: Struct<TokenReviewStatus, TokenReviewStatusManifest> = tokenReviewStatusShape;

const tokenReviewShape = s.struct('io.k8s.api.authentication.v1.TokenReview', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, tokenReviewSpec),
  status: s.held(3, tokenReviewStatus),
});
export interface TokenReview extends s.Out<typeof tokenReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export interface TokenReviewManifest extends s.In<typeof tokenReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export const tokenReview: Kind<TokenReview, TokenReviewManifest> = defineKind<TokenReview, TokenReviewManifest>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  verbs: ['create'],
  schema: tokenReviewShape,
});
