import { s, type Struct } from '../../schema/index.ts';

export const quotaScope = s.oneOf(
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
);

const scopedResourceSelectorRequirementShape = s.struct('io.k8s.api.core.v1.ScopedResourceSelectorRequirement', {
  scopeName: s.req(1, quotaScope),
  operator: s.req(2, s.oneOf('DoesNotExist', 'Exists', 'In', 'NotIn')),
  values: s.zero(3, s.list(s.str())),
});
export interface ScopedResourceSelectorRequirement extends s.Out<typeof scopedResourceSelectorRequirementShape> {}
export interface ScopedResourceSelectorRequirementManifest extends s.In<
  typeof scopedResourceSelectorRequirementShape
> {}
export const scopedResourceSelectorRequirement: Struct<
  ScopedResourceSelectorRequirement,
  ScopedResourceSelectorRequirementManifest
> = scopedResourceSelectorRequirementShape;

const scopeSelectorShape = s.struct(
  'io.k8s.api.core.v1.ScopeSelector',
  {
    matchExpressions: s.zero(1, s.list(scopedResourceSelectorRequirement)),
  },
  { atomic: true },
);
export interface ScopeSelector extends s.Out<typeof scopeSelectorShape> {}
export interface ScopeSelectorManifest extends s.In<typeof scopeSelectorShape> {}
export const scopeSelector: Struct<ScopeSelector, ScopeSelectorManifest> = scopeSelectorShape;
