import { isIP } from 'node:net';
import type { EndpointSlice, Service } from '@tiphys/sdk/api';
import { canonicalAddress, dashed } from './ip-address.ts';

/** What names say of one Service. */
export interface DnsService {
  namespace: string;
  name: string;
  /** Both families; empty when headless. */
  clusterIPs: string[];
  isHeadless: boolean;
  /** The name this service only stands for. */
  externalName?: string;
  ports: DnsPort[];
  endpoints: DnsEndpoint[];
}

export interface DnsPort {
  name: string;
  protocol: string;
  port: number;
}

export interface DnsEndpoint {
  /** The pod's hostname, or its address with dashes. */
  hostname: string;
  address: string;
  ports: DnsPort[];
}

/** What a Service and its slices mean for names; undefined where it has none (yet). */
export function dnsServiceOf(service: Service, slices: readonly EndpointSlice[]): DnsService | undefined {
  const { metadata, spec } = service;
  const { namespace = '', name = '' } = metadata;
  const base = { namespace, name, clusterIPs: [], isHeadless: false, ports: [], endpoints: [] };
  if (spec.type === 'ExternalName') {
    const target = spec.externalName?.toLowerCase().replace(/\.$/, '');
    return target && isName(target) ? { ...base, externalName: target } : undefined;
  }
  const addresses = spec.clusterIPs?.length ? spec.clusterIPs : spec.clusterIP ? [spec.clusterIP] : [];
  if (!addresses.length) return undefined;
  const isHeadless = addresses[0] === 'None';
  return {
    ...base,
    isHeadless,
    clusterIPs: isHeadless ? [] : addresses.filter((a) => isIP(a)).map(canonicalAddress),
    ports: portsOf(spec.ports),
    endpoints: slices.flatMap(endpointsOf),
  };
}

function endpointsOf({ addressType, endpoints, ports }: EndpointSlice): DnsEndpoint[] {
  if (addressType === 'FQDN') return [];
  const shared = portsOf(ports);
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) =>
      addresses
        .filter((address) => isIP(address))
        .map((address) => ({
          hostname: (hostname && isName(hostname) ? hostname : dashed(address)).toLowerCase(),
          address: canonicalAddress(address),
          ports: shared,
        })),
    );
}

/** Whether a message can carry the name; objects of lax servers may have others. */
const isName = (text: string): boolean => text.length < 254 && text.split('.').every((l) => l !== '' && l.length < 64);

type ApiPort = { name?: string; protocol?: string; port?: number };

const portsOf = (ports: readonly ApiPort[] | null | undefined): DnsPort[] =>
  (ports ?? []).flatMap(({ name = '', protocol = 'TCP', port }) =>
    port === undefined ? [] : [{ name: name.toLowerCase(), protocol: protocol.toLowerCase(), port }],
  );
