import { s, type Struct } from '../../schema/index.ts';

const nodeSelectorRequirementShape = s.struct('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: s.req(1, s.str()),
  operator: s.req(2, s.oneOf('DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn')),
  values: s.zero(3, s.list(s.str())),
});
export interface NodeSelectorRequirement extends s.Out<typeof nodeSelectorRequirementShape> {}
export interface NodeSelectorRequirementManifest extends s.In<typeof nodeSelectorRequirementShape> {}
export const nodeSelectorRequirement: Struct<NodeSelectorRequirement, NodeSelectorRequirementManifest> =
  nodeSelectorRequirementShape;

const nodeSelectorTermShape = s.struct(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  {
    matchExpressions: s.zero(1, s.list(nodeSelectorRequirement)),
    matchFields: s.zero(2, s.list(nodeSelectorRequirement)),
  },
  { atomic: true },
);
export interface NodeSelectorTerm extends s.Out<typeof nodeSelectorTermShape> {}
export interface NodeSelectorTermManifest extends s.In<typeof nodeSelectorTermShape> {}
export const nodeSelectorTerm: Struct<NodeSelectorTerm, NodeSelectorTermManifest> = nodeSelectorTermShape;

const nodeSelectorShape = s.struct(
  'io.k8s.api.core.v1.NodeSelector',
  {
    nodeSelectorTerms: s.req(1, s.list(nodeSelectorTerm)),
  },
  { atomic: true },
);
export interface NodeSelector extends s.Out<typeof nodeSelectorShape> {}
export interface NodeSelectorManifest extends s.In<typeof nodeSelectorShape> {}
export const nodeSelector: Struct<NodeSelector, NodeSelectorManifest> = nodeSelectorShape;

const preferredSchedulingTermShape = s.struct('io.k8s.api.core.v1.PreferredSchedulingTerm', {
  weight: s.req(1, s.int32()),
  preference: s.req(2, nodeSelectorTerm),
});
export interface PreferredSchedulingTerm extends s.Out<typeof preferredSchedulingTermShape> {}
export interface PreferredSchedulingTermManifest extends s.In<typeof preferredSchedulingTermShape> {}
export const preferredSchedulingTerm: Struct<PreferredSchedulingTerm, PreferredSchedulingTermManifest> =
  preferredSchedulingTermShape;
