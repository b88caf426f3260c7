import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { userInfo } from './user-info.ts';
import { objectMeta } from '../meta/object-meta.ts';

const selfSubjectReviewStatusShape = s.struct('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', {
  userInfo: s.held(1, userInfo),
});
export interface SelfSubjectReviewStatus extends s.Out<typeof selfSubjectReviewStatusShape> {}
export interface SelfSubjectReviewStatusManifest extends s.In<typeof selfSubjectReviewStatusShape> {}
export const selfSubjectReviewStatus: Struct<SelfSubjectReviewStatus, SelfSubjectReviewStatusManifest> =
  selfSubjectReviewStatusShape;

const selfSubjectReviewShape = s.struct('io.k8s.api.authentication.v1.SelfSubjectReview', {
  metadata: s.held(1, objectMeta),
  status: s.held(2, selfSubjectReviewStatus),
});
export interface SelfSubjectReview extends s.Out<typeof selfSubjectReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export interface SelfSubjectReviewManifest extends s.In<typeof selfSubjectReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export const selfSubjectReview: Kind<SelfSubjectReview, SelfSubjectReviewManifest> = defineKind<
  SelfSubjectReview,
  SelfSubjectReviewManifest
>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
  schema: selfSubjectReviewShape,
});
