import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const scopedResourceSelectorRequirementShape = s.struct('io.k8s.api.core.v1.ScopedResourceSelectorRequirement', {
  scopeName: s.req(
    1,
    s.oneOf(
      'BestEffort',
      'CrossNamespacePodAffinity',
      'NotBestEffort',
      'NotTerminating',
      'PriorityClass',
      'Terminating',
      'VolumeAttributesClass',
    ),
  ),
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

const resourceQuotaSpecShape = s.struct('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: s.zero(1, s.map(s.quantity())),
  scopes: s.zero(2, s.list(s.str())),
  scopeSelector: s.opt(3, scopeSelector),
});
export interface ResourceQuotaSpec extends s.Out<typeof resourceQuotaSpecShape> {}
export interface ResourceQuotaSpecManifest extends s.In<typeof resourceQuotaSpecShape> {}
export const resourceQuotaSpec: Struct<ResourceQuotaSpec, ResourceQuotaSpecManifest> = resourceQuotaSpecShape;

const resourceQuotaStatusShape = s.struct('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: s.zero(1, s.map(s.quantity())),
  used: s.zero(2, s.map(s.quantity())),
});
export interface ResourceQuotaStatus extends s.Out<typeof resourceQuotaStatusShape> {}
export interface ResourceQuotaStatusManifest extends s.In<typeof resourceQuotaStatusShape> {}
export const resourceQuotaStatus: Struct<ResourceQuotaStatus, ResourceQuotaStatusManifest> = resourceQuotaStatusShape;

const resourceQuotaShape = s.struct('io.k8s.api.core.v1.ResourceQuota', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, resourceQuotaSpec),
  status: s.held(3, resourceQuotaStatus),
});
export interface ResourceQuota extends s.Out<typeof resourceQuotaShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ResourceQuotaManifest extends s.In<typeof resourceQuotaShape> {
  apiVersion?: string;
  kind?: string;
}
export const resourceQuota: Kind<ResourceQuota, ResourceQuotaManifest> = defineKind<
  ResourceQuota,
  ResourceQuotaManifest
>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
  shortNames: ['quota'],
  status: true,
  returnsDeleted: true,
  schema: resourceQuotaShape,
});
