import { endpoints, endpointSlice, service } from '@tiphys/sdk/api';
import { createClient } from '@tiphys/sdk/client';
import { isAlreadyExists, isNotFound } from '@tiphys/sdk/machinery';
import { serverItself } from './bootstrap.ts';
import type { ApiServer } from './server.ts';

export interface KubernetesServiceOptions {
  readonly clusterIp: string;
  /** Where pods and nodes reach this server; loopback addresses don't lead there. */
  readonly address: string;
  readonly port: number;
}

const metadata = { namespace: 'default', name: 'kubernetes' };

/** The Service under which pods find the API server, and where it leads. */
export async function publishKubernetesService(server: ApiServer, options: KubernetesServiceOptions): Promise<void> {
  await server.lifecycle.step('bootstrap-controller', () => publish(server, options));
}

async function publish(server: ApiServer, { clusterIp, address, port }: KubernetesServiceOptions): Promise<void> {
  const client = createClient(server.transport(serverItself), { fieldManager: 'kube-apiserver' });
  const name = 'https';
  const isThere = () =>
    client.get(service, { metadata }).then(
      () => true,
      (err: unknown) => {
        if (isNotFound(err)) return false;
        throw err;
      },
    );
  if (!(await isThere())) {
    const made = client.create(service, {
      metadata: { ...metadata, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: clusterIp,
        ports: [{ name, port: 443, protocol: 'TCP', targetPort: port }],
      },
    });
    // Another server of the same store may have been faster: then this one is refused for its address.
    await made.catch(async (err: unknown) => {
      if (!(await isThere())) throw err;
    });
  }
  if (isLoopback(address)) return;
  const subsets = [{ addresses: [{ ip: address }], ports: [{ name, port, protocol: 'TCP' as const }] }];
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  await client.create(endpoints, { metadata: { ...metadata, labels }, subsets }).catch((err: unknown) => {
    ignoreExisting(err);
    return client.patch(endpoints, { metadata }, { type: 'merge', patch: { subsets } });
  });
  const slice = {
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name, port, protocol: 'TCP' as const }],
  };
  await client
    .create(endpointSlice, {
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      ...slice,
    })
    .catch((err: unknown) => {
      ignoreExisting(err);
      return client.patch(endpointSlice, { metadata }, { type: 'merge', patch: slice });
    });
}

const isLoopback = (address: string) => address.startsWith('127.') || address === '::1';

function ignoreExisting(err: unknown): void {
  if (!isAlreadyExists(err)) throw err;
}
