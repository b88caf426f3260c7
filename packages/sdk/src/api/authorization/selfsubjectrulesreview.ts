import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const resourceRuleShape = s.struct('io.k8s.api.authorization.v1.ResourceRule', {
  verbs: s.req(1, s.list(s.str())),
  apiGroups: s.zero(2, s.list(s.str())),
  resources: s.zero(3, s.list(s.str())),
  resourceNames: s.zero(4, s.list(s.str())),
});
export interface ResourceRule extends s.Out<typeof resourceRuleShape> {}
export interface ResourceRuleManifest extends s.In<typeof resourceRuleShape> {}
export const resourceRule: Struct<ResourceRule, ResourceRuleManifest> = resourceRuleShape;

const nonResourceRuleShape = s.struct('io.k8s.api.authorization.v1.NonResourceRule', {
  verbs: s.req(1, s.list(s.str())),
  nonResourceURLs: s.zero(2, s.list(s.str())),
});
export interface NonResourceRule extends s.Out<typeof nonResourceRuleShape> {}
export interface NonResourceRuleManifest extends s.In<typeof nonResourceRuleShape> {}
export const nonResourceRule: Struct<NonResourceRule, NonResourceRuleManifest> = nonResourceRuleShape;

const subjectRulesReviewStatusShape = s.struct('io.k8s.api.authorization.v1.SubjectRulesReviewStatus', {
  resourceRules: s.req(1, s.list(resourceRule)),
  nonResourceRules: s.req(2, s.list(nonResourceRule)),
  incomplete: s.req(3, s.bool()),
  evaluationError: s.zero(4, s.str()),
});
export interface SubjectRulesReviewStatus extends s.Out<typeof subjectRulesReviewStatusShape> {}
export interface SubjectRulesReviewStatusManifest extends s.In<typeof subjectRulesReviewStatusShape> {}
export const subjectRulesReviewStatus: Struct<SubjectRulesReviewStatus, SubjectRulesReviewStatusManifest> =
  subjectRulesReviewStatusShape;

const selfSubjectRulesReviewSpecShape = s.struct('io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec', {
  namespace: s.zero(1, s.str()),
});
export interface SelfSubjectRulesReviewSpec extends s.Out<typeof selfSubjectRulesReviewSpecShape> {}
export interface SelfSubjectRulesReviewSpecManifest extends s.In<typeof selfSubjectRulesReviewSpecShape> {}
export const selfSubjectRulesReviewSpec: Struct<SelfSubjectRulesReviewSpec, SelfSubjectRulesReviewSpecManifest> =
  selfSubjectRulesReviewSpecShape;

const selfSubjectRulesReviewShape = s.struct('io.k8s.api.authorization.v1.SelfSubjectRulesReview', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, selfSubjectRulesReviewSpec),
  status: s.held(3, subjectRulesReviewStatus),
});
export interface SelfSubjectRulesReview extends s.Out<typeof selfSubjectRulesReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export interface SelfSubjectRulesReviewManifest extends s.In<typeof selfSubjectRulesReviewShape> {
  apiVersion?: string;
  kind?: string;
}
export const selfSubjectRulesReview: Kind<SelfSubjectRulesReview, SelfSubjectRulesReviewManifest> = defineKind<
  SelfSubjectRulesReview,
  SelfSubjectRulesReviewManifest
>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
  schema: selfSubjectRulesReviewShape,
});
