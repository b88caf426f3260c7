import { isIPv4, isIPv6 } from 'node:net';
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

/**
 * What the proxy does for a Service, or undefined where it does nothing: headless, external names, other families. Names,
 * addresses and numbers end up in a script that root's nft runs, so what isn't one is left out, whatever the API let through.
 */
export function fromApi(
  service: Service,
  slices: readonly EndpointSlice[],
  { family, node }: FromApiOptions,
): ProxyService | undefined {
  const { spec, metadata } = service;
  const isAddress = family === 'ip' ? isIPv4 : isIPv6;
  const isOurs = (ip: string | undefined): ip is string => ip !== undefined && isAddress(ip) && !ip.includes('%');
  const clusterIP = [spec.clusterIP, ...(spec.clusterIPs ?? [])].find((ip) => ip !== 'None' && isOurs(ip));
  if (!clusterIP || spec.type === 'ExternalName' || metadata.labels?.[proxyNameLabel] !== undefined) return undefined;

  const isRange = (cidr: string) => {
    const [address, bits = ''] = cidr.split('/');
    return isOurs(address) && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ip' ? 32 : 128);
  };
  const { namespace = '', name = '' } = metadata;
  if (!isName(namespace) || !isName(name)) return undefined;
  const isBalanced = spec.type === 'LoadBalancer';
  const ingress = isBalanced ? (service.status?.loadBalancer?.ingress ?? []) : [];
  const wanted = isBalanced ? (spec.loadBalancerSourceRanges ?? []) : [];
  // Where every range is of the other family or none at all, nobody is let in rather than everybody.
  const ranges = wanted.map((cidr) => cidr.trim()).filter(isRange);
  const mine = slices.filter((slice) => slice.addressType === (family === 'ip' ? 'IPv4' : 'IPv6'));
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    clusterIP,
    externalIPs: (spec.externalIPs ?? []).filter(isOurs),
    // Through a load balancer of mode Proxy packets arrive with an address of the node, so the address isn't ours to catch.
    loadBalancerIPs: ingress.filter((i) => i.ipMode !== 'Proxy').flatMap((i) => (isOurs(i.ip) ? [i.ip] : [])),
    sourceRanges: wanted.length && !ranges.length ? [family === 'ip' ? '0.0.0.0/32' : '::/128'] : ranges,
    externalLocal: spec.externalTrafficPolicy === 'Local',
    internalLocal: spec.internalTrafficPolicy === 'Local',
    affinitySeconds:
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
        : 0,
    healthCheckNodePort: isBalanced && spec.externalTrafficPolicy === 'Local' ? (spec.healthCheckNodePort ?? 0) : 0,
    ports: (spec.ports ?? [])
      .filter(
        (port) => isPort(port.port) && (!port.nodePort || isPort(port.nodePort)) && (!port.name || isName(port.name)),
      )
      .map(({ name: portName = '', protocol, port, nodePort = 0 }): ServicePort => ({
        name: portName,
        protocol: protocol.toLowerCase() as Protocol,
        port,
        nodePort,
        endpoints: endpointsOf(mine, { name: portName, protocol, isOurs }, node),
      })),
  };
}

const isName = (text: string): boolean => /^[a-z0-9][-a-z0-9.]{0,62}$/.test(text);
const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;

/** The endpoints of all slices for one port; an address that is in several slices counts once, in its best condition. */
function endpointsOf(
  slices: readonly EndpointSlice[],
  wanted: { name: string; protocol: string; isOurs: (ip: string | undefined) => ip is string },
  node: string,
): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    for (const { name = '', protocol = 'TCP', port } of slice.ports ?? []) {
      if (name !== wanted.name || protocol !== wanted.protocol || port === undefined || !isPort(port)) continue;
      for (const { addresses, conditions, nodeName } of slice.endpoints ?? []) {
        // Only the first address has a meaning; the others are there for a future that never came.
        const address = addresses[0];
        if (!wanted.isOurs(address)) continue;
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
