import { endpoints, type Endpoints, type EndpointsManifest, service, type Service } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal, isNamespaceTerminating, isNotFound, type KubeObject } from '@tiphys/sdk/machinery';
import {
  type Controller,
  type ControllerDeps,
  defineController,
  type ReconcileContext,
  watch,
} from '@tiphys/sdk/operator';
import { messageOf } from '@tiphys/sdk/runtime';
import { isHeadless, podChanges, podsOf, publishesPods } from '../service-pods.ts';
import { TriggerTimes, withTriggerTime } from '../trigger-times.ts';
import { subsetsOf } from './subsets.ts';

const headlessLabel = 'service.kubernetes.io/headless';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const mostAddresses = 1000;

/** Publishes the pods of every service with a selector as `Endpoints`, for clients that don't know slices. */
export const endpointsController: Controller = {
  name: 'endpoint',
  run: async (deps, signal) => {
    const times = new TriggerTimes();
    const controller = defineController({
      name: 'endpoint',
      for: service,
      batchMs: 20,
      // What somebody else makes or changes stays until the service or its pods give a reason to write.
      watches: [podChanges, watch(endpoints, (next, old) => (next ? [] : [keyOf(old!)]))],

      async reconcile(svc, context) {
        if (!publishesPods(svc)) return;
        const { cache } = context;
        const { namespace, name } = svc.metadata;
        const pods = podsOf(cache, svc);
        const time = times.next(svc, pods);
        const current = cache.get(endpoints, namespace, name!);
        const wanted = endpointsOf(svc, { current, all: subsetsOf(svc, pods), time });
        if (!current || !sameContent(current, wanted)) await write(svc, current, wanted, context);
      },

      async gone({ key, cache, client, signal: s }) {
        times.forget(key);
        const [namespace, name = ''] = key.split('/');
        const left = cache.get(endpoints, namespace, name);
        if (left) await remove(left, client, s);
      },
    });
    await Promise.all([controller.run(deps, signal), removeLeftovers(deps, signal)]);
  },
};

/** Those whose service went while nobody looked. */
async function removeLeftovers({ cache, client }: ControllerDeps, signal: AbortSignal): Promise<void> {
  const kinds = [cache.informer(service), cache.informer(endpoints)] as const;
  try {
    await Promise.all(kinds.map((informer) => informer.synced(signal)));
    const [services, all] = kinds;
    for (const left of all.list()) {
      const { namespace, name, annotations } = left.metadata;
      // Leader election's annotation means that the object is somebody's lock and never was ours.
      const isLock = annotations?.['control-plane.alpha.kubernetes.io/leader'] !== undefined;
      if (!isLock && !services.get(namespace, name!)) await remove(left, client, signal);
    }
  } catch (err) {
    if (!signal.aborted) throw err;
  }
}

async function remove(left: Endpoints, client: Client, signal: AbortSignal): Promise<void> {
  await client.delete(endpoints, left, { signal }).catch((err: unknown) => {
    if (!isNotFound(err)) throw err;
  });
}

async function write(
  { metadata: { namespace, name } }: Service,
  current: Endpoints | undefined,
  wanted: EndpointsManifest,
  { client, events, signal }: ReconcileContext,
): Promise<void> {
  const failed = (object: KubeObject, verb: 'Create' | 'Update', message: string) =>
    events.event({ kind: endpoints, object }, 'Warning', `FailedTo${verb}Endpoint`, message);
  try {
    if (current) await client.update(endpoints, wanted, { signal });
    else await client.create(endpoints, wanted, { signal });
  } catch (err) {
    const what = `${namespace}/${name}: ${messageOf(err)}`;
    if (current) failed(current, 'Update', `Failed to update endpoint ${what}`);
    // What couldn't be made has no namespace yet, so upstream's event is one of the default namespace.
    else if (!isNamespaceTerminating(err)) {
      failed({ metadata: { name: name! } } as KubeObject, 'Create', `Failed to create endpoint for service ${what}`);
    }
    throw err;
  }
}

const keyOf = ({ metadata }: Endpoints) => `${metadata.namespace}/${metadata.name}`;

interface Told {
  readonly current: Endpoints | undefined;
  readonly all: NonNullable<Endpoints['subsets']>;
  /** Of the change that this tells. */
  readonly time: string | undefined;
}

function endpointsOf(svc: Service, { current, all, time }: Told): EndpointsManifest {
  const { namespace, name } = svc.metadata;
  const { [headlessLabel]: _headless, ...labels } = svc.metadata.labels ?? {};
  const { annotations: held, ...metadata } = current?.metadata ?? {};
  const { [overCapacity]: _over, ...annotations } = held ?? {};
  const { subsets, truncated } = withinCapacity(all);
  const timed = withTriggerTime(annotations, time);
  const allAnnotations = truncated ? { ...timed, [overCapacity]: 'truncated' } : timed;
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
