import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { nonResourceAttributes, resourceAttributes, subjectAccessReviewStatus } from './access-review-spec.ts';
import { objectMeta } from '../meta/object-meta.ts';

const selfSubjectAccessReviewSpecShape = s.struct('io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec', {
  resourceAttributes: s.opt(1, resourceAttributes),
  nonResourceAttributes: s.opt(2, nonResourceAttributes),
});
export interface SelfSubjectAccessReviewSpec extends s.Out<typeof selfSubjectAccessReviewSpecShape> {}
export interface SelfSubjectAccessReviewSpecManifest extends s.In<typeof selfSubjectAccessReviewSpecShape> {}
export const selfSubjectAccessReviewSpec: Struct<SelfSubjectAccessReviewSpec, SelfSubjectAccessReviewSpecManifest> =
  selfSubjectAccessReviewSpecShape;

const selfSubjectAccessReviewShape = s.struct('io.k8s.api.authorization.v1.SelfSubjectAccessReview', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, selfSubjectAccessReviewSpec),
  status: s.held(3, subjectAccessReviewStatus),
});
export interface SelfSubjectAccessReview extends s.Out<typeof selfSubjectAccessReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export interface SelfSubjectAccessReviewManifest extends s.In<typeof selfSubjectAccessReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export const selfSubjectAccessReview: Kind<SelfSubjectAccessReview, SelfSubjectAccessReviewManifest> = defineKind<
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewManifest
>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  schema: selfSubjectAccessReviewShape,
});
