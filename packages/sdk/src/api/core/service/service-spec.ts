import { s, setFields, type Struct } from '../../../schema/index.ts';
import { condition } from '../../meta/condition.ts';

const servicePortShape = s.struct(
  'io.k8s.api.core.v1.ServicePort',
  {
    name: s.zero(1, s.str()),
    protocol: s.zero(2, s.oneOf('SCTP', 'TCP', 'UDP'), { default: 'TCP' }),
    appProtocol: s.opt(6, s.str()),
    port: s.req(3, s.int32()),
    targetPort: s.opt(4, s.intOrString(), { always: true, fill: ({ port }) => port as number | undefined }),
    nodePort: s.zero(5, s.int32()),
  },
  // Traffic goes to the port of the same number unless somebody says otherwise.
  {
    fill: (p) => {
      p.targetPort ||= p.port;
    },
  },
);
export interface ServicePort extends s.Out<typeof servicePortShape> {}
export interface ServicePortManifest extends s.In<typeof servicePortShape> {}
export const servicePort: Struct<ServicePort, ServicePortManifest> = servicePortShape;

const clientIPConfigShape = s.struct('io.k8s.api.core.v1.ClientIPConfig', {
  timeoutSeconds: s.opt(1, s.int32()),
});
export interface ClientIPConfig extends s.Out<typeof clientIPConfigShape> {}
export interface ClientIPConfigManifest extends s.In<typeof clientIPConfigShape> {}
export const clientIPConfig: Struct<ClientIPConfig, ClientIPConfigManifest> = clientIPConfigShape;

const sessionAffinityConfigShape = s.struct('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: s.opt(1, clientIPConfig),
});
export interface SessionAffinityConfig extends s.Out<typeof sessionAffinityConfigShape> {}
export interface SessionAffinityConfigManifest extends s.In<typeof sessionAffinityConfigShape> {}
export const sessionAffinityConfig: Struct<SessionAffinityConfig, SessionAffinityConfigManifest> =
  sessionAffinityConfigShape;

const serviceSpecShape = s.struct(
  'io.k8s.api.core.v1.ServiceSpec',
  {
    ports: s.zero(1, s.listByKey(servicePort, ['port', 'protocol'], { patchKey: 'port' })),
    selector: s.zero(2, s.atomicMap(s.str())),
    clusterIP: s.zero(3, s.str()),
    clusterIPs: s.zero(18, s.list(s.str())),
    type: s.zero(4, s.oneOf('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'), { fill: 'ClusterIP' }),
    externalIPs: s.zero(5, s.list(s.str())),
    sessionAffinity: s.zero(7, s.oneOf('ClientIP', 'None'), { fill: 'None' }),
    loadBalancerIP: s.zero(8, s.str()),
    loadBalancerSourceRanges: s.zero(9, s.list(s.str())),
    externalName: s.zero(10, s.str()),
    externalTrafficPolicy: s.zero(11, s.oneOf('Cluster', 'Local'), {
      fill: ({ type, externalIPs }) =>
        type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs) ? 'Cluster' : undefined,
    }),
    healthCheckNodePort: s.zero(12, s.int32()),
    publishNotReadyAddresses: s.zero(13, s.bool()),
    sessionAffinityConfig: s.opt(14, sessionAffinityConfig),
    ipFamilies: s.zero(19, s.list(s.oneOf('', 'IPv4', 'IPv6'))),
    ipFamilyPolicy: s.opt(17, s.oneOf('PreferDualStack', 'RequireDualStack', 'SingleStack')),
    allocateLoadBalancerNodePorts: s.opt(20, s.bool(), {
      fill: ({ type }) => (type === 'LoadBalancer' ? true : undefined),
    }),
    loadBalancerClass: s.opt(21, s.str()),
    internalTrafficPolicy: s.opt(22, s.oneOf('Cluster', 'Local'), {
      fill: ({ type }) =>
        type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer' ? 'Cluster' : undefined,
    }),
    trafficDistribution: s.opt(23, s.str()),
  },
  { fill: fillAffinity },
);

/** Affinity to clients ends after three hours unless somebody says otherwise; without affinity there is nothing to say. */
function fillAffinity(filled: Record<string, unknown>): void {
  const spec = filled as unknown as ServiceSpec;
  if (spec.sessionAffinity === 'None') setFields(serviceSpec, spec, { sessionAffinityConfig: undefined });
  if (spec.sessionAffinity !== 'ClientIP' || spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return;
  setFields(serviceSpec, spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
}
export interface ServiceSpec extends s.Out<typeof serviceSpecShape> {}
export interface ServiceSpecManifest extends s.In<typeof serviceSpecShape> {}
export const serviceSpec: Struct<ServiceSpec, ServiceSpecManifest> = serviceSpecShape;

const portStatusShape = s.struct('io.k8s.api.core.v1.PortStatus', {
  port: s.req(1, s.int32()),
  protocol: s.req(2, s.oneOf('SCTP', 'TCP', 'UDP')),
  error: s.opt(3, s.str()),
});
export interface PortStatus extends s.Out<typeof portStatusShape> {}
export interface PortStatusManifest extends s.In<typeof portStatusShape> {}
export const portStatus: Struct<PortStatus, PortStatusManifest> = portStatusShape;

const loadBalancerIngressShape = s.struct('io.k8s.api.core.v1.LoadBalancerIngress', {
  ip: s.zero(1, s.str()),
  hostname: s.zero(2, s.str()),
  ipMode: s.opt(3, s.str()),
  ports: s.zero(4, s.list(portStatus)),
});
export interface LoadBalancerIngress extends s.Out<typeof loadBalancerIngressShape> {}
export interface LoadBalancerIngressManifest extends s.In<typeof loadBalancerIngressShape> {}
export const loadBalancerIngress: Struct<LoadBalancerIngress, LoadBalancerIngressManifest> = loadBalancerIngressShape;

const loadBalancerStatusShape = s.struct('io.k8s.api.core.v1.LoadBalancerStatus', {
  ingress: s.zero(1, s.list(loadBalancerIngress)),
});
export interface LoadBalancerStatus extends s.Out<typeof loadBalancerStatusShape> {}
export interface LoadBalancerStatusManifest extends s.In<typeof loadBalancerStatusShape> {}
export const loadBalancerStatus: Struct<LoadBalancerStatus, LoadBalancerStatusManifest> = loadBalancerStatusShape;

const serviceStatusShape = s.struct('io.k8s.api.core.v1.ServiceStatus', {
  loadBalancer: s.held(1, loadBalancerStatus),
  conditions: s.zero(2, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface ServiceStatus extends s.Out<typeof serviceStatusShape> {}
export interface ServiceStatusManifest extends s.In<typeof serviceStatusShape> {}
export const serviceStatus: Struct<ServiceStatus, ServiceStatusManifest> = serviceStatusShape;
