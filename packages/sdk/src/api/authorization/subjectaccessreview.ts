import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { extraValue } from '../authentication/extra-value.ts';
import { nonResourceAttributes, resourceAttributes, subjectAccessReviewStatus } from './access-review-spec.ts';
import { objectMeta } from '../meta/object-meta.ts';

const subjectAccessReviewSpecShape = s.struct('io.k8s.api.authorization.v1.SubjectAccessReviewSpec', {
  resourceAttributes: s.opt(1, resourceAttributes),
  nonResourceAttributes: s.opt(2, nonResourceAttributes),
  user: s.zero(3, s.str()),
  groups: s.zero(4, s.list(s.str())),
  extra: s.zero(5, s.map(extraValue)),
  uid: s.zero(6, s.str()),
});
export interface SubjectAccessReviewSpec extends s.Out<typeof subjectAccessReviewSpecShape> {}
export interface SubjectAccessReviewSpecManifest extends s.In<typeof subjectAccessReviewSpecShape> {}
export const subjectAccessReviewSpec: Struct<SubjectAccessReviewSpec, SubjectAccessReviewSpecManifest> =
  subjectAccessReviewSpecShape;

const subjectAccessReviewShape = s.struct('io.k8s.api.authorization.v1.SubjectAccessReview', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, subjectAccessReviewSpec),
  status: s.held(3, subjectAccessReviewStatus),
});
export interface SubjectAccessReview extends s.Out<typeof subjectAccessReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export interface SubjectAccessReviewManifest extends s.In<typeof subjectAccessReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export const subjectAccessReview: Kind<SubjectAccessReview, SubjectAccessReviewManifest> = defineKind<
  SubjectAccessReview,
  SubjectAccessReviewManifest
>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  schema: subjectAccessReviewShape,
});

const localSubjectAccessReviewShape = s.struct('io.k8s.api.authorization.v1.LocalSubjectAccessReview', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, subjectAccessReviewSpec),
  status: s.held(3, subjectAccessReviewStatus),
});
export interface LocalSubjectAccessReview extends s.Out<typeof localSubjectAccessReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export interface LocalSubjectAccessReviewManifest extends s.In<typeof localSubjectAccessReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export const localSubjectAccessReview: Kind<LocalSubjectAccessReview, LocalSubjectAccessReviewManifest> = defineKind<
  LocalSubjectAccessReview,
  LocalSubjectAccessReviewManifest
>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  verbs: ['create'],
  schema: localSubjectAccessReviewShape,
});
