import { node, type Node, pod, type Pod, service, type Service, type ServicePort } from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { equal, equalitySelector, type Selector } from '@tiphys/sdk/machinery';
import { changes, watch, type Watch } from '@tiphys/sdk/operator';
import { isFinished, readyCondition } from './pod-state.ts';
import { podsOnNode } from './pods-by-node.ts';

/** The pods that a service selects, and the services that a pod concerns; what both endpoint controllers ask. */
export const podsOf = (cache: CacheView, svc: Service): Pod[] => {
  const selector = selectorOf(svc);
  return cache.list(pod, svc.metadata.namespace).filter((p) => selector.matches(p.metadata.labels ?? {}));
};

export const hasSelector = ({ spec }: Service): boolean => spec.selector !== undefined && !equal(spec.selector, {});

/** What leads out of the cluster has no pods to tell, whatever its selector. */
export const publishesPods = (svc: Service): boolean => hasSelector(svc) && svc.spec.type !== 'ExternalName';

export const isHeadless = ({ spec }: Service): boolean => !spec.clusterIP || spec.clusterIP === 'None';

/** Parsed once a service object; services are asked at every change of a pod. */
const selectors = new WeakMap<Service, Selector>();
function selectorOf(svc: Service): Selector {
  let selector = selectors.get(svc);
  if (!selector) selectors.set(svc, (selector = equalitySelector(svc.spec.selector)));
  return selector;
}

const endpointChanged = changes<Pod>(
  (p) => [p.metadata.labels, p.metadata.deletionTimestamp !== undefined],
  (p) => [p.spec.nodeName, p.spec.hostname, p.spec.subdomain],
  // A pod that is over isn't ready either, and that is what tells.
  (p) => [p.status.podIP, p.status.podIPs, readyCondition(p)?.status === 'True'],
);

/** A pod concerns the services that select it, and those that did before its labels changed. */
export const podChanges: Watch = watch(pod, (next, old, cache) => {
  if (!endpointChanged(next, old)) return [];
  const keys = new Set<string>();
  for (const p of [next, old]) {
    if (!p) continue;
    for (const svc of cache.list(service, p.metadata.namespace)) {
      if (hasSelector(svc) && selectorOf(svc).matches(p.metadata.labels ?? {})) {
        keys.add(`${svc.metadata.namespace}/${svc.metadata.name}`);
      }
    }
  }
  return keys;
});

export const zoneLabel = 'topology.kubernetes.io/zone';

/** A node that appears concerns the services of its pods. When it moves to another zone they follow with their next change. */
export const nodeChanges: Watch = watch(node, (next, old, cache) => {
  if (!next || old) return [];
  const keys = new Set<string>();
  for (const p of podsOnNode(cache, next.metadata.name!)) {
    for (const key of podChanges.keys(p, undefined, cache)) keys.add(key);
  }
  return keys;
});

export const nodeIsReady = ({ status }: Node): boolean =>
  status.conditions?.find((c) => c.type === 'Ready')?.status === 'True';

export const zoneOf = (cache: CacheView, nodeName: string): string | undefined =>
  cache.get(node, undefined, nodeName)?.metadata.labels?.[zoneLabel];

/** Finished pods and those without an address take no traffic; terminating ones only where that is asked for. */
export const takesPart = (p: Pod, includeTerminating: boolean): boolean =>
  !isFinished(p) &&
  Boolean(p.status.podIP || p.status.podIPs?.length) &&
  (includeTerminating || !p.metadata.deletionTimestamp);

/** The container port that a service port leads to; undefined when the pod has none of that name. */
export function targetPortOf({ spec }: Pod, { targetPort, port, protocol }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort || port;
  if (!targetPort) return port;
  const sidecars = (spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  for (const { ports = [] } of [...spec.containers, ...sidecars]) {
    const found = ports.find((p) => p.name === targetPort && p.protocol === protocol);
    if (found) return found.containerPort;
  }
  return undefined;
}

/** The pod's hostname when it is a name within this service. */
export const hostnameIn = (svc: Service, { spec }: Pod): string | undefined =>
  spec.hostname && spec.subdomain === svc.metadata.name ? spec.hostname : undefined;

export const addressOfFamily = ({ status }: Pod, family: string): string | undefined => {
  const addresses = status.podIPs?.length ? status.podIPs.map((a) => a.ip) : status.podIP ? [status.podIP] : [];
  return addresses.find((ip) => ip.includes(':') === (family === 'IPv6'));
};
