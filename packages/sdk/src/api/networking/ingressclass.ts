import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const ingressClassParametersReferenceShape = s.struct('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: s.opt(1, s.str()),
  kind: s.req(2, s.str()),
  name: s.req(3, s.str()),
  scope: s.held(4, s.str(), { nullable: true }),
  namespace: s.opt(5, s.str()),
});
export interface IngressClassParametersReference extends s.Out<typeof ingressClassParametersReferenceShape> {}
export interface IngressClassParametersReferenceManifest extends s.In<typeof ingressClassParametersReferenceShape> {}
export const ingressClassParametersReference: Struct<
  IngressClassParametersReference,
  IngressClassParametersReferenceManifest
> = ingressClassParametersReferenceShape;

const ingressClassSpecShape = s.struct('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: s.zero(1, s.str()),
  parameters: s.opt(2, ingressClassParametersReference),
});
export interface IngressClassSpec extends s.Out<typeof ingressClassSpecShape> {}
export interface IngressClassSpecManifest extends s.In<typeof ingressClassSpecShape> {}
export const ingressClassSpec: Struct<IngressClassSpec, IngressClassSpecManifest> = ingressClassSpecShape;

const ingressClassShape = s.struct('io.k8s.api.networking.v1.IngressClass', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, ingressClassSpec),
});
export interface IngressClass extends s.Out<typeof ingressClassShape> {
  apiVersion?: string;
  kind?: string;
}
export interface IngressClassManifest extends s.In<typeof ingressClassShape> {
  apiVersion?: string;
  kind?: string;
}
export const ingressClass: Kind<IngressClass, IngressClassManifest> = defineKind<IngressClass, IngressClassManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  generation: true,
  schema: ingressClassShape,
});
