import type { EndpointSlice, Service } from '@tiphys/sdk/api';
import type { Endpoint, Family, Protocol, ProxyService, ServicePort } from './service.ts';

export interface FromApiOptions {
  family: Family;
  /** The name of the proxy's node. */
  node: string;
}

/** A Service with this label is some other proxy's to serve. */
const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';
const defaultAffinitySeconds = 10_800;

/** What the proxy does for a Service, or undefined where it does nothing: headless, external names, other families. */
export function fromApi(
  service: Service,
  slices: readonly EndpointSlice[],
  { family, node }: FromApiOptions,
): ProxyService | undefined {
  const { spec, metadata } = service;
  const isOurs = (ip: string | undefined): ip is string => !!ip && ip.includes(':') === (family === 'ip6');
  const clusterIP = [spec.clusterIP, ...(spec.clusterIPs ?? [])].find((ip) => ip !== 'None' && isOurs(ip));
  if (!clusterIP || spec.type === 'ExternalName' || metadata.labels?.[proxyNameLabel] !== undefined) return undefined;

  const { namespace = '', name = '' } = metadata;
  const isBalanced = spec.type === 'LoadBalancer';
  const ingress = isBalanced ? (service.status?.loadBalancer?.ingress ?? []) : [];
  const mine = slices.filter((slice) => slice.addressType === (family === 'ip' ? 'IPv4' : 'IPv6'));
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    clusterIP,
    externalIPs: (spec.externalIPs ?? []).filter(isOurs),
    // Through a load balancer of mode Proxy packets arrive with an address of the node, so the address isn't ours to catch.
    loadBalancerIPs: ingress.filter((i) => i.ipMode !== 'Proxy').flatMap((i) => (isOurs(i.ip) ? [i.ip] : [])),
    sourceRanges: isBalanced ? (spec.loadBalancerSourceRanges ?? []).map((cidr) => cidr.trim()).filter(isOurs) : [],
    externalLocal: spec.externalTrafficPolicy === 'Local',
    internalLocal: spec.internalTrafficPolicy === 'Local',
    affinitySeconds:
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
        : 0,
    healthCheckNodePort: isBalanced && spec.externalTrafficPolicy === 'Local' ? (spec.healthCheckNodePort ?? 0) : 0,
    ports: (spec.ports ?? []).map(({ name: portName = '', protocol, port, nodePort = 0 }): ServicePort => ({
      name: portName,
      protocol: protocol.toLowerCase() as Protocol,
      port,
      nodePort,
      endpoints: endpointsOf(mine, { name: portName, protocol }, node),
    })),
  };
}

/** The endpoints of all slices for one port; an address that is in several slices counts once, in its best condition. */
function endpointsOf(
  slices: readonly EndpointSlice[],
  wanted: { name: string; protocol: string },
  node: string,
): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    for (const { name = '', protocol = 'TCP', port } of slice.ports ?? []) {
      if (name !== wanted.name || protocol !== wanted.protocol || port === undefined) continue;
      for (const { addresses, conditions, nodeName } of slice.endpoints ?? []) {
        // Only the first address has a meaning; the others are there for a future that never came.
        const address = addresses[0];
        if (address === undefined) continue;
        const ready = conditions?.ready ?? true;
        const endpoint: Endpoint = {
          address,
          port,
          ready,
          serving: conditions?.serving ?? ready,
          terminating: conditions?.terminating ?? false,
          local: nodeName === node,
        };
        const key = `${address} ${port}`;
        if (!found.get(key)?.ready) found.set(key, endpoint);
      }
    }
  }
  // In a fixed order, so that slices that only moved entries about change no rule.
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}
