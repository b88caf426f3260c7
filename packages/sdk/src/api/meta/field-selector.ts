import { s, type Struct } from '../../schema/index.ts';

const fieldSelectorRequirementShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: s.req(1, s.str()),
  operator: s.req(2, s.str()),
  values: s.zero(3, s.list(s.str())),
});
export interface FieldSelectorRequirement extends s.Out<typeof fieldSelectorRequirementShape> {}
export interface FieldSelectorRequirementManifest extends s.In<typeof fieldSelectorRequirementShape> {}
export const fieldSelectorRequirement: Struct<FieldSelectorRequirement, FieldSelectorRequirementManifest> =
  fieldSelectorRequirementShape;
