import { s, type Struct } from '../../schema/index.ts';

const labelSelectorRequirementShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: s.req(1, s.str()),
  operator: s.req(2, s.str()),
  values: s.zero(3, s.list(s.str())),
});
export interface LabelSelectorRequirement extends s.Out<typeof labelSelectorRequirementShape> {}
export interface LabelSelectorRequirementManifest extends s.In<typeof labelSelectorRequirementShape> {}
export const labelSelectorRequirement: Struct<LabelSelectorRequirement, LabelSelectorRequirementManifest> =
  labelSelectorRequirementShape;

const labelSelectorShape = s.struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  {
    matchLabels: s.zero(1, s.map(s.str())),
    matchExpressions: s.zero(2, s.list(labelSelectorRequirement)),
  },
  { atomic: true },
);
export interface LabelSelector extends s.Out<typeof labelSelectorShape> {}
export interface LabelSelectorManifest extends s.In<typeof labelSelectorShape> {}
export const labelSelector: Struct<LabelSelector, LabelSelectorManifest> = labelSelectorShape;
