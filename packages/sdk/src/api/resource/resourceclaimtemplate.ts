import { field, immutable } from '../../machinery/index.ts';
import { defineKind, internalValue, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { validateTemplateMetadata } from '../meta/template-metadata.ts';
import { dropGatedClaimSpec } from './gated-claim-members.ts';
import { resourceClaimSpec } from './resourceclaim.ts';
import { deviceClaimRules } from './validation/device-claim.ts';

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
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  returnsDeleted: true,
  schema: resourceClaimTemplateShape,

  prepareForCreate: ({ spec }, { gates }) => dropGatedClaimSpec(spec.spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropGatedClaimSpec(spec.spec, { old: old.spec.spec, gates }),
  *validate({ spec }, _old, { gates } = {}) {
    const at = field('spec');
    yield* validateTemplateMetadata(spec.metadata, at.child('metadata'));
    yield* deviceClaimRules(spec.spec.devices, at.child('spec', 'devices'), gates);
  },
  *validateChange({ spec }, old) {
    // Upstream's own form of it has the metadata's fields beside the spec.
    const [now, before] = [spec, old.spec].map((t) => ({
      ...t.metadata,
      Spec: internalValue(resourceClaimSpec, t.spec),
    }));
    yield* immutable(now, before, field('spec'));
  },
  columns: [nameColumn, ageColumn],
});

export const resourceClaimTemplateV1Beta2 = versionOf(resourceClaimTemplate, 'v1beta2', {
  deprecated: '1.36',
  removed: '1.39',
});
