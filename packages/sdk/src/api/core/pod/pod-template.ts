import { s, type Struct } from '../../../schema/index.ts';
import { dropInitContainerAnnotations } from './defaults.ts';
import { podSpec } from './pod-spec.ts';
import { type ObjectMeta, objectMeta } from '../../meta/object-meta.ts';

const podTemplateSpecShape = s.struct(
  'io.k8s.api.core.v1.PodTemplateSpec',
  {
    metadata: s.held(1, objectMeta),
    spec: s.held(2, podSpec),
  },
  { fill: (template) => dropInitContainerAnnotations(template['metadata'] as ObjectMeta) },
);
export interface PodTemplateSpec extends s.Out<typeof podTemplateSpecShape> {}
export interface PodTemplateSpecManifest extends s.In<typeof podTemplateSpecShape> {}
export const podTemplateSpec: Struct<PodTemplateSpec, PodTemplateSpecManifest> = podTemplateSpecShape;
