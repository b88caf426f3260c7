import { namespace, pod } from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import { defineController, watch } from '@tiphys/sdk/operator';
import { deletionConditions, unknownText } from './conditions.ts';
import { deleteContent } from './content.ts';

const finalizer = 'kubernetes';

/** Empties namespaces that are being deleted, and lets them go when nothing is left in them. */
export const namespaceController = defineController({
  name: 'namespace',
  for: namespace,
  workers: 10,
  predicate: (next) => next?.metadata.deletionTimestamp !== undefined,
  watches: [
    // Pods are what a namespace waits for longest.
    watch(pod, (next, old, cache) => {
      const name = old?.metadata.namespace;
      if (next || !name) return [];
      return cache.get(namespace, undefined, name)?.metadata.deletionTimestamp ? [name] : [];
    }),
  ],

  async reconcile(ns, { client, clock, signal }) {
    if (!ns.metadata.deletionTimestamp || !ns.spec.finalizers?.includes(finalizer)) return {};
    const pass = await deleteContent(client, ns.metadata.name!, signal);
    const conditions = deletionConditions(ns.status.conditions ?? [], pass, clock.now());
    const status = { ...ns.status, phase: 'Terminating' as const, conditions };
    const told = equal(status, ns.status) ? ns : await client.updateStatus(namespace, ns, status, { signal });
    const problems = [unknownText(pass.unknown ?? []) ?? [], pass.failures].flat();
    if (problems.length > 0) throw new Error(problems.join(', '));
    if (pass.estimateSeconds > 0) return { requeueAfterMs: (pass.estimateSeconds / 2 + 1) * 1000 };
    const finalizers = (told.spec.finalizers ?? []).filter((f) => f !== finalizer);
    await client.update(
      namespace,
      { ...told, spec: { ...told.spec, finalizers } },
      { subresource: 'finalize', signal },
    );
    return {};
  },
});
