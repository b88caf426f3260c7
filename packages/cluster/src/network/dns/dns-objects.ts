import {
  endpointSlice,
  type EndpointSliceManifest,
  service as serviceKind,
  type ServiceManifest,
} from '@tiphys/sdk/api';
import type { Client, ObjectKey } from '@tiphys/sdk/client';
import { isAlreadyExists, isNotFound } from '@tiphys/sdk/machinery';

export interface DnsObjectsConfig {
  /** The address that every pod's `resolv.conf` names. */
  clusterIP: string;
  /** Where the server listens, as pods and nodes reach it. Not a loopback address: the API refuses those. */
  address: string;
  port: number;
}

const namespace = 'kube-system';
const name = 'kube-dns';

/** The Service that leads to a DNS server outside any pod, and the slice that says where that is. */
export function dnsObjects({ clusterIP, address, port }: DnsObjectsConfig): {
  service: ServiceManifest;
  slice: EndpointSliceManifest;
} {
  const labels = { 'k8s-app': name, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' };
  return {
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name, labels },
      spec: {
        clusterIP,
        // No selector: the endpoints are written here rather than found among pods.
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: port },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: port },
        ],
      },
    },
    slice: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace,
        name: `${name}-tiphys`,
        labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'tiphys-dns' },
      },
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      ports: [
        { name: 'dns', port, protocol: 'UDP' },
        { name: 'dns-tcp', port, protocol: 'TCP' },
      ],
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    },
  };
}

/** Makes the DNS server known to the cluster, or says that it listens elsewhere now. A Service that is there is kept. */
export async function publishDns(client: Client, config: DnsObjectsConfig, signal: AbortSignal): Promise<void> {
  const { service, slice } = dnsObjects(config);
  const known = await client.get(serviceKind, { metadata: { namespace, name } }, { signal }).catch((err: unknown) => {
    if (!isNotFound(err)) throw err;
  });
  if (!known) await client.create(serviceKind, service, { signal });
  await client.create(endpointSlice, slice, { signal }).catch((err: unknown) => {
    if (!isAlreadyExists(err)) throw err;
    const { ports, endpoints } = slice;
    return client.patch(endpointSlice, keyOf(slice), { type: 'merge', patch: { ports, endpoints } }, { signal });
  });
}

const keyOf = ({ metadata }: EndpointSliceManifest): ObjectKey => ({
  metadata: { namespace, name: metadata?.name ?? '' },
});

/** The address of the DNS service by convention: the tenth of the service range. */
export function dnsClusterIP(serviceCIDR: string): string {
  const [base = ''] = serviceCIDR.split('/');
  if (base.includes(':')) return `${base.replace(/::?$/, '')}::a`;
  const number = base.split('.').reduce((n, part) => n * 256 + Number(part), 0) + 10;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
