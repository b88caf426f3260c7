import { serviceCIDR } from '@tiphys/sdk/api';
import { createClient } from '@tiphys/sdk/client';
import { equal, isNotFound, timestamp } from '@tiphys/sdk/machinery';
import { serverItself } from './bootstrap.ts';
import type { ApiServer } from './server.ts';

const metadata = { name: 'kubernetes' };

/** The range that services get their addresses from, as an object of its own. */
export async function publishServiceCidr(server: ApiServer, cidrs: readonly string[]): Promise<void> {
  const { group, version, plural } = serviceCIDR;
  if (!server.registries.find(group, version, plural)) return;
  await server.lifecycle.step('start-kubernetes-service-cidr-controller', async () => {
    const client = createClient(server.transport(serverItself), { fieldManager: 'kubernetes-service-cidr-controller' });
    const found = await client.get(serviceCIDR, { metadata }).catch((err: unknown) => {
      if (!isNotFound(err)) throw err;
      return client.create(serviceCIDR, { metadata, spec: { cidrs: [...cidrs] } });
    });
    const { conditions = [] } = found.status;
    // Another range than this server's is for an administrator to look into.
    if (!equal(found.spec.cidrs, cidrs) || conditions.some(({ type }) => type === 'Ready')) return;
    const ready = {
      type: 'Ready',
      status: 'True',
      lastTransitionTime: timestamp(server.deps.clock.now()),
      reason: '',
      message: 'Kubernetes default Service CIDR is ready',
    };
    await client.updateStatus(serviceCIDR, found, { conditions: [...conditions, ready] });
  });
}
