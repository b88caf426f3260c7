import { s, type Struct } from '../../schema/index.ts';

const serviceReferenceShape = s.struct('io.k8s.api.admissionregistration.v1.ServiceReference', {
  namespace: s.req(1, s.str()),
  name: s.req(2, s.str()),
  path: s.opt(3, s.str()),
  port: s.opt(4, s.int32(), { fill: 443 }),
});
export interface ServiceReference extends s.Out<typeof serviceReferenceShape> {}
export interface ServiceReferenceManifest extends s.In<typeof serviceReferenceShape> {}
export const serviceReference: Struct<ServiceReference, ServiceReferenceManifest> = serviceReferenceShape;

const webhookClientConfigShape = s.struct('io.k8s.api.admissionregistration.v1.WebhookClientConfig', {
  url: s.opt(3, s.str()),
  service: s.opt(1, serviceReference),
  caBundle: s.zero(2, s.bytes()),
});
export interface WebhookClientConfig extends s.Out<typeof webhookClientConfigShape> {}
export interface WebhookClientConfigManifest extends s.In<typeof webhookClientConfigShape> {}
export const webhookClientConfig: Struct<WebhookClientConfig, WebhookClientConfigManifest> = webhookClientConfigShape;
