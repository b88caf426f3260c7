import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { resourceClaimSpec } from './resourceclaim.ts';

const resourceClaimTemplateSpecShape = s.struct('io.k8s.api.resource.v1.ResourceClaimTemplateSpec', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, resourceClaimSpec),
});
export interface ResourceClaimTemplateSpec extends s.Out<typeof resourceClaimTemplateSpecShape> {}
export interface ResourceClaimTemplateSpecManifest extends s.In<typeof resourceClaimTemplateSpecShape> {}
export const resourceClaimTemplateSpec: Struct<ResourceClaimTemplateSpec, ResourceClaimTemplateSpecManifest> =
  resourceClaimTemplateSpecShape;

const resourceClaimTemplateShape = s.struct('io.k8s.api.resource.v1.ResourceClaimTemplate', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, resourceClaimTemplateSpec),
});
export interface ResourceClaimTemplate extends s.Out<typeof resourceClaimTemplateShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ResourceClaimTemplateManifest extends s.In<typeof resourceClaimTemplateShape> {
  apiVersion?: string;
  kind?: string;
}
export const resourceClaimTemplate: Kind<ResourceClaimTemplate, ResourceClaimTemplateManifest> = defineKind<
  ResourceClaimTemplate,
  ResourceClaimTemplateManifest
>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  schema: resourceClaimTemplateShape,
});
