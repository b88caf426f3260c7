import { defineKind, type Kind, s } from '../../schema/index.ts';
import { podTemplateSpec } from './pod/pod-template.ts';
import { objectMeta } from '../meta/object-meta.ts';

const podTemplateShape = s.struct('io.k8s.api.core.v1.PodTemplate', {
  metadata: s.held(1, objectMeta),
  template: s.held(2, podTemplateSpec),
});
export interface PodTemplate extends s.Out<typeof podTemplateShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodTemplateManifest extends s.In<typeof podTemplateShape> {
  apiVersion?: string;
  kind?: string;
}
export const podTemplate: Kind<PodTemplate, PodTemplateManifest> = defineKind<PodTemplate, PodTemplateManifest>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  generation: true,
  returnsDeleted: true,
  schema: podTemplateShape,
});
