import { s, type Struct } from '../../schema/index.ts';
import { fieldSelectorRequirement } from '../meta/field-selector.ts';
import { labelSelectorRequirement } from '../meta/label-selector.ts';

const fieldSelectorAttributesShape = s.struct('io.k8s.api.authorization.v1.FieldSelectorAttributes', {
  rawSelector: s.zero(1, s.str()),
  requirements: s.zero(2, s.list(fieldSelectorRequirement)),
});
export interface FieldSelectorAttributes extends s.Out<typeof fieldSelectorAttributesShape> {}
export interface FieldSelectorAttributesManifest extends s.In<typeof fieldSelectorAttributesShape> {}
export const fieldSelectorAttributes: Struct<FieldSelectorAttributes, FieldSelectorAttributesManifest> =
  fieldSelectorAttributesShape;

const labelSelectorAttributesShape = s.struct('io.k8s.api.authorization.v1.LabelSelectorAttributes', {
  rawSelector: s.zero(1, s.str()),
  requirements: s.zero(2, s.list(labelSelectorRequirement)),
});
export interface LabelSelectorAttributes extends s.Out<typeof labelSelectorAttributesShape> {}
export interface LabelSelectorAttributesManifest extends s.In<typeof labelSelectorAttributesShape> {}
export const labelSelectorAttributes: Struct<LabelSelectorAttributes, LabelSelectorAttributesManifest> =
  labelSelectorAttributesShape;

const resourceAttributesShape = s.struct('io.k8s.api.authorization.v1.ResourceAttributes', {
  namespace: s.zero(1, s.str()),
  verb: s.zero(2, s.str()),
  group: s.zero(3, s.str()),
  version: s.zero(4, s.str()),
  resource: s.zero(5, s.str()),
  subresource: s.zero(6, s.str()),
  name: s.zero(7, s.str()),
  fieldSelector: s.opt(8, fieldSelectorAttributes),
  labelSelector: s.opt(9, labelSelectorAttributes),
});
export interface ResourceAttributes extends s.Out<typeof resourceAttributesShape> {}
export interface ResourceAttributesManifest extends s.In<typeof resourceAttributesShape> {}
export const resourceAttributes: Struct<ResourceAttributes, ResourceAttributesManifest> = resourceAttributesShape;

const nonResourceAttributesShape = s.struct('io.k8s.api.authorization.v1.NonResourceAttributes', {
  path: s.zero(1, s.str()),
  verb: s.zero(2, s.str()),
});
export interface NonResourceAttributes extends s.Out<typeof nonResourceAttributesShape> {}
export interface NonResourceAttributesManifest extends s.In<typeof nonResourceAttributesShape> {}
export const nonResourceAttributes: Struct<NonResourceAttributes, NonResourceAttributesManifest> =
  nonResourceAttributesShape;

const subjectAccessReviewStatusShape = s.struct('io.k8s.api.authorization.v1.SubjectAccessReviewStatus', {
  allowed: s.req(1, s.bool()),
  denied: s.zero(4, s.bool()),
  reason: s.zero(2, s.str()),
  evaluationError: s.zero(3, s.str()),
});
export interface SubjectAccessReviewStatus extends s.Out<typeof subjectAccessReviewStatusShape> {}
export interface SubjectAccessReviewStatusManifest extends s.In<typeof subjectAccessReviewStatusShape> {}
export const subjectAccessReviewStatus: Struct<SubjectAccessReviewStatus, SubjectAccessReviewStatusManifest> =
  subjectAccessReviewStatusShape;
