import { namespace, serviceAccount } from '@tiphys/sdk/api';
import { isAlreadyExists } from '@tiphys/sdk/machinery';
import { defineController, watch } from '@tiphys/sdk/operator';

const name = 'default';

/** Sees to it that every namespace has the service account that pods are given. */
export const serviceAccountController = defineController({
  name: 'serviceaccount',
  for: namespace,
  watches: [
    watch(serviceAccount, (next, old) => (!next && old?.metadata.name === name ? [old.metadata.namespace!] : [])),
  ],

  async reconcile(ns, { client, cache, signal }) {
    if (ns.status.phase !== 'Active' || cache.get(serviceAccount, ns.metadata.name, name)) return;
    const metadata = { name, namespace: ns.metadata.name! };
    await client.create(serviceAccount, { metadata }, { signal }).catch((err: unknown) => {
      if (!isAlreadyExists(err)) throw err;
    });
  },
});
