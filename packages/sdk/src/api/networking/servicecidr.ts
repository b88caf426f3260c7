import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';

const serviceCIDRSpecShape = s.struct('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: s.zero(1, s.list(s.str())),
});
export interface ServiceCIDRSpec extends s.Out<typeof serviceCIDRSpecShape> {}
export interface ServiceCIDRSpecManifest extends s.In<typeof serviceCIDRSpecShape> {}
export const serviceCIDRSpec: Struct<ServiceCIDRSpec, ServiceCIDRSpecManifest> = serviceCIDRSpecShape;

const serviceCIDRStatusShape = s.struct('io.k8s.api.networking.v1.ServiceCIDRStatus', {
  conditions: s.zero(1, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface ServiceCIDRStatus extends s.Out<typeof serviceCIDRStatusShape> {}
export interface ServiceCIDRStatusManifest extends s.In<typeof serviceCIDRStatusShape> {}
export const serviceCIDRStatus: Struct<ServiceCIDRStatus, ServiceCIDRStatusManifest> = serviceCIDRStatusShape;

const serviceCIDRShape = s.struct('io.k8s.api.networking.v1.ServiceCIDR', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, serviceCIDRSpec),
  status: s.held(3, serviceCIDRStatus),
});
export interface ServiceCIDR extends s.Out<typeof serviceCIDRShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ServiceCIDRManifest extends s.In<typeof serviceCIDRShape> {
  apiVersion?: string;
  kind?: string;
}
export const serviceCIDR: Kind<ServiceCIDR, ServiceCIDRManifest> = defineKind<ServiceCIDR, ServiceCIDRManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  status: true,
  schema: serviceCIDRShape,
});
