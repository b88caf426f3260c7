import { ageColumn, nameColumn } from '../meta/columns.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { typedLocalObjectReference } from '../core/object-reference.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { ingressClassAnnotation, ingressRules, ingressStatusRules, ingressStatusWarnings } from './ingress-rules.ts';

const serviceBackendPortShape = s.struct(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  {
    name: s.zero(1, s.str()),
    number: s.zero(2, s.int32()),
  },
  { atomic: true },
);
export interface ServiceBackendPort extends s.Out<typeof serviceBackendPortShape> {}
export interface ServiceBackendPortManifest extends s.In<typeof serviceBackendPortShape> {}
export const serviceBackendPort: Struct<ServiceBackendPort, ServiceBackendPortManifest> = serviceBackendPortShape;

const ingressServiceBackendShape = s.struct('io.k8s.api.networking.v1.IngressServiceBackend', {
  name: s.req(1, s.str()),
  port: s.held(2, serviceBackendPort),
});
export interface IngressServiceBackend extends s.Out<typeof ingressServiceBackendShape> {}
export interface IngressServiceBackendManifest extends s.In<typeof ingressServiceBackendShape> {}
export const ingressServiceBackend: Struct<IngressServiceBackend, IngressServiceBackendManifest> =
  ingressServiceBackendShape;

const ingressBackendShape = s.struct('io.k8s.api.networking.v1.IngressBackend', {
  service: s.opt(4, ingressServiceBackend),
  resource: s.opt(3, typedLocalObjectReference),
});
export interface IngressBackend extends s.Out<typeof ingressBackendShape> {}
export interface IngressBackendManifest extends s.In<typeof ingressBackendShape> {}
export const ingressBackend: Struct<IngressBackend, IngressBackendManifest> = ingressBackendShape;

const httpIngressPathShape = s.struct('io.k8s.api.networking.v1.HTTPIngressPath', {
  path: s.zero(1, s.str()),
  pathType: s.req(3, s.oneOf('Exact', 'ImplementationSpecific', 'Prefix'), { nullable: true }),
  backend: s.req(2, ingressBackend),
});
export interface HTTPIngressPath extends s.Out<typeof httpIngressPathShape> {}
export interface HTTPIngressPathManifest extends s.In<typeof httpIngressPathShape> {}
export const httpIngressPath: Struct<HTTPIngressPath, HTTPIngressPathManifest> = httpIngressPathShape;

const httpIngressRuleValueShape = s.struct('io.k8s.api.networking.v1.HTTPIngressRuleValue', {
  paths: s.req(1, s.list(httpIngressPath)),
});
export interface HTTPIngressRuleValue extends s.Out<typeof httpIngressRuleValueShape> {}
export interface HTTPIngressRuleValueManifest extends s.In<typeof httpIngressRuleValueShape> {}
export const httpIngressRuleValue: Struct<HTTPIngressRuleValue, HTTPIngressRuleValueManifest> =
  httpIngressRuleValueShape;

const ingressRuleShape = s.struct('io.k8s.api.networking.v1.IngressRule', {
  host: s.zero(1, s.str()),
  ...s.embed(2, 'IngressRuleValue', { http: s.opt(1, httpIngressRuleValue) }),
});
export interface IngressRule extends s.Out<typeof ingressRuleShape> {}
export interface IngressRuleManifest extends s.In<typeof ingressRuleShape> {}
export const ingressRule: Struct<IngressRule, IngressRuleManifest> = ingressRuleShape;

const ingressTLSShape = s.struct('io.k8s.api.networking.v1.IngressTLS', {
  hosts: s.zero(1, s.list(s.str())),
  secretName: s.zero(2, s.str()),
});
export interface IngressTLS extends s.Out<typeof ingressTLSShape> {}
export interface IngressTLSManifest extends s.In<typeof ingressTLSShape> {}
export const ingressTLS: Struct<IngressTLS, IngressTLSManifest> = ingressTLSShape;

const ingressSpecShape = s.struct('io.k8s.api.networking.v1.IngressSpec', {
  ingressClassName: s.opt(4, s.str()),
  defaultBackend: s.opt(1, ingressBackend),
  tls: s.zero(2, s.list(ingressTLS)),
  rules: s.zero(3, s.list(ingressRule)),
});
export interface IngressSpec extends s.Out<typeof ingressSpecShape> {}
export interface IngressSpecManifest extends s.In<typeof ingressSpecShape> {}
export const ingressSpec: Struct<IngressSpec, IngressSpecManifest> = ingressSpecShape;

const ingressPortStatusShape = s.struct('io.k8s.api.networking.v1.IngressPortStatus', {
  port: s.req(1, s.int32()),
  protocol: s.req(2, s.oneOf('SCTP', 'TCP', 'UDP')),
  error: s.opt(3, s.str()),
});
export interface IngressPortStatus extends s.Out<typeof ingressPortStatusShape> {}
export interface IngressPortStatusManifest extends s.In<typeof ingressPortStatusShape> {}
export const ingressPortStatus: Struct<IngressPortStatus, IngressPortStatusManifest> = ingressPortStatusShape;

const ingressLoadBalancerIngressShape = s.struct('io.k8s.api.networking.v1.IngressLoadBalancerIngress', {
  ip: s.zero(1, s.str()),
  hostname: s.zero(2, s.str()),
  ports: s.zero(4, s.list(ingressPortStatus)),
});
export interface IngressLoadBalancerIngress extends s.Out<typeof ingressLoadBalancerIngressShape> {}
export interface IngressLoadBalancerIngressManifest extends s.In<typeof ingressLoadBalancerIngressShape> {}
export const ingressLoadBalancerIngress: Struct<IngressLoadBalancerIngress, IngressLoadBalancerIngressManifest> =
  ingressLoadBalancerIngressShape;

const ingressLoadBalancerStatusShape = s.struct('io.k8s.api.networking.v1.IngressLoadBalancerStatus', {
  ingress: s.zero(1, s.list(ingressLoadBalancerIngress)),
});
export interface IngressLoadBalancerStatus extends s.Out<typeof ingressLoadBalancerStatusShape> {}
export interface IngressLoadBalancerStatusManifest extends s.In<typeof ingressLoadBalancerStatusShape> {}
export const ingressLoadBalancerStatus: Struct<IngressLoadBalancerStatus, IngressLoadBalancerStatusManifest> =
  ingressLoadBalancerStatusShape;

const ingressStatusShape = s.struct('io.k8s.api.networking.v1.IngressStatus', {
  loadBalancer: s.held(1, ingressLoadBalancerStatus),
});
export interface IngressStatus extends s.Out<typeof ingressStatusShape> {}
export interface IngressStatusManifest extends s.In<typeof ingressStatusShape> {}
export const ingressStatus: Struct<IngressStatus, IngressStatusManifest> = ingressStatusShape;

const ingressShape = s.struct('io.k8s.api.networking.v1.Ingress', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, ingressSpec),
  status: s.held(3, ingressStatus),
});
export interface Ingress extends s.Out<typeof ingressShape> {
  apiVersion?: string;
  kind?: string;
}
export interface IngressManifest extends s.In<typeof ingressShape> {
  apiVersion?: string;
  kind?: string;
}
export const ingress: Kind<Ingress, IngressManifest> = defineKind<Ingress, IngressManifest>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  shortNames: ['ing'],
  status: { validate: ingressStatusRules, warnings: ingressStatusWarnings },
  generation: true,
  storagePrefix: 'ingress',
  schema: ingressShape,

  validate: ingressRules,
  *warnings({ metadata, spec }, old) {
    if (old || metadata.annotations?.[ingressClassAnnotation] === undefined || spec.ingressClassName !== undefined)
      return;
    yield `annotation "${ingressClassAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`;
  },
  columns: [
    nameColumn,
    {
      name: 'Class',
      type: 'string',
      description: 'The name of the IngressClass resource that should be used for additional configuration',
      value: ({ spec }) => spec.ingressClassName ?? '<none>',
    },
    {
      name: 'Hosts',
      type: 'string',
      description: 'Hosts that incoming requests are matched against before the ingress rule',
      value: ({ spec }) => hostsText(spec.rules ?? []),
    },
    {
      name: 'Address',
      type: 'string',
      description: 'Address is a list containing ingress points for the load-balancer',
      value: ({ status }) => addressesText((status.loadBalancer.ingress ?? []).map((i) => i.ip || i.hostname || '')),
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'Ports of TLS configurations that open',
      value: ({ spec }) => (spec.tls?.length ? '80, 443' : '80'),
    },
    ageColumn,
  ],
});

const shownHosts = 3;

/** What is left is counted by rules, whether they name a host or not. */
function hostsText(rules: readonly IngressRule[]): string {
  const hosts: string[] = [];
  for (const { host } of rules) {
    if (hosts.length === shownHosts) return `${hosts.join(',')} + ${rules.length - shownHosts} more...`;
    if (host) hosts.push(host);
  }
  return hosts.join(',') || '*';
}

const addressesText = (addresses: readonly string[]): string =>
  [...new Set(addresses.filter(Boolean))].sort().join(',');
