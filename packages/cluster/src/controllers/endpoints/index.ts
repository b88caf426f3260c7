import { endpoints, type Endpoints, type EndpointsManifest, service, type Service } from '@tiphys/sdk/api';
import { equal, isNotFound } from '@tiphys/sdk/machinery';
import { defineController, type ReconcileContext, watch } from '@tiphys/sdk/operator';
import { hasSelector, isHeadless, podChanges, podsOf } from '../service-pods.ts';
import { subsetsOf } from './subsets.ts';

const headlessLabel = 'service.kubernetes.io/headless';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const mostAddresses = 1000;

/** Publishes the pods of every service with a selector as `Endpoints`, for clients that don't know slices. */
export const endpointsController = defineController({
  name: 'endpoint',
  for: service,
  batchMs: 20,
  watches: [podChanges, watch(endpoints, (next, old) => [keyOf((next ?? old)!)])],

  async reconcile(svc, { cache, client, signal }) {
    if (!hasSelector(svc)) return;
    const { namespace, name } = svc.metadata;
    const current = cache.get(endpoints, namespace, name!);
    const wanted = endpointsOf(svc, current, subsetsOf(svc, podsOf(cache, svc)));
    if (!current) await client.create(endpoints, wanted, { signal });
    else if (!sameContent(current, wanted)) await client.update(endpoints, wanted, { signal });
  },

  async gone({ key, cache, client, signal }: ReconcileContext) {
    const [namespace, name = ''] = key.split('/');
    const left = cache.get(endpoints, namespace, name);
    // Leader election's annotation means that the object is somebody's lock and never was ours.
    if (!left || left.metadata.annotations?.['control-plane.alpha.kubernetes.io/leader'] !== undefined) return;
    await client.delete(endpoints, left, { signal }).catch((err: unknown) => {
      if (!isNotFound(err)) throw err;
    });
  },
});

const keyOf = ({ metadata }: Endpoints) => `${metadata.namespace}/${metadata.name}`;

function endpointsOf(
  svc: Service,
  current: Endpoints | undefined,
  all: NonNullable<Endpoints['subsets']>,
): EndpointsManifest {
  const { namespace, name } = svc.metadata;
  const { [headlessLabel]: _headless, ...labels } = svc.metadata.labels ?? {};
  const { annotations: held, ...metadata } = current?.metadata ?? {};
  const { [overCapacity]: _over, ...annotations } = held ?? {};
  const { subsets, truncated } = withinCapacity(all);
  const allAnnotations = truncated ? { ...annotations, [overCapacity]: 'truncated' } : annotations;
  return {
    ...current,
    metadata: {
      ...metadata,
      namespace: namespace!,
      name: name!,
      labels: {
        ...labels,
        ...(isHeadless(svc) && { [headlessLabel]: '' }),
        [managedByLabel]: 'endpoint-controller',
      },
      ...(Object.keys(allAnnotations).length && { annotations: allAnnotations }),
    },
    subsets,
  };
}

const sameContent = (current: Endpoints, wanted: EndpointsManifest) =>
  equal(current.subsets ?? [], wanted.subsets ?? []) &&
  equal(current.metadata.labels, wanted.metadata?.labels) &&
  equal(current.metadata.annotations?.[overCapacity], wanted.metadata?.annotations?.[overCapacity]);

/** One object for a whole service has to end somewhere: ready addresses are kept before others. */
function withinCapacity(subsets: NonNullable<Endpoints['subsets']>) {
  const total = subsets.reduce((n, s) => n + (s.addresses?.length ?? 0) + (s.notReadyAddresses?.length ?? 0), 0);
  if (total <= mostAddresses) return { subsets, truncated: false };
  let left = mostAddresses;
  const take = <T>(list: readonly T[] = []) => {
    const taken = list.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const ready = subsets.map((s) => take(s.addresses));
  const cut = subsets.map(({ ports, notReadyAddresses }, i) => {
    const notReady = take(notReadyAddresses);
    return {
      ...(ready[i]!.length && { addresses: ready[i]! }),
      ...(notReady.length && { notReadyAddresses: notReady }),
      ...(ports && { ports }),
    };
  });
  return { subsets: cut.filter((s) => s.addresses ?? s.notReadyAddresses), truncated: true };
}
