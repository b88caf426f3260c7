import {
  type Endpoint,
  endpointSlice,
  type EndpointSlicePort,
  type Pod,
  node,
  service,
  type Service,
} from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { controllerReference, defineController } from '@tiphys/sdk/operator';
import { isReady } from '../pod-state.ts';
import { indexPodsByNode } from '../pods-by-node.ts';
import {
  addressOfFamily,
  hasSelector,
  hostnameIn,
  isHeadless,
  nodeChanges,
  podChanges,
  podsOf,
  takesPart,
  targetPortOf,
  zoneOf,
} from '../service-pods.ts';
import { managedByLabel, sliceLabels } from './labels.ts';
import { type Group, packSlices, portsKey, withPlaceholder } from './pack.ts';
import { writeSlices } from './write-slices.ts';

const manager = 'endpointslice-controller.k8s.io';

/** Publishes the pods of every service with a selector as EndpointSlices: what proxies and DNS read. */
export const endpointSliceController = defineController({
  name: 'endpointslice',
  for: service,
  batchMs: 20,
  owns: [endpointSlice],
  watches: [podChanges, nodeChanges],
  setup: indexPodsByNode,

  async reconcile(svc, { cache, client, signal }) {
    if (!hasSelector(svc) || svc.spec.type === 'ExternalName') return;
    const existing = cache.ownedBy(endpointSlice, svc).filter((s) => s.metadata.labels?.[managedByLabel] === manager);
    const families = familiesOf(svc);
    const groups = families.flatMap((family) => groupsOf(svc, podsOf(cache, svc), family, cache));
    let plan = packSlices(existing, groups);
    for (const family of families) plan = withPlaceholder(plan, family);
    const { namespace, name, labels } = svc.metadata;
    const template = {
      namespace: namespace!,
      generateName: `${name}-`,
      labels: sliceLabels(labels, { service: name!, manager, headless: isHeadless(svc) }),
      owner: controllerReference(service, svc),
    };
    await writeSlices(plan, template, client, signal);
  },
});

type Family = 'IPv4' | 'IPv6';

const familiesOf = ({ spec }: Service): Family[] => {
  const families = spec.ipFamilies as Family[] | undefined;
  return families?.length ? families : ['IPv4'];
};

function groupsOf(svc: Service, pods: readonly Pod[], family: Family, cache: CacheView): Group[] {
  const groups = new Map<string, { ports: EndpointSlicePort[]; endpoints: Endpoint[] }>();
  for (const p of pods) {
    const address = addressOfFamily(p, family);
    // Without its node the zone is unknown; the node's arrival calls us again.
    if (!address || !takesPart(p, true) || !cache.get(node, undefined, p.spec.nodeName ?? '')) continue;
    const ports = portsOf(svc, p);
    const key = portsKey(ports);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { ports, endpoints: [] }));
    group.endpoints.push(endpointOf(svc, p, address, cache));
  }
  return [...groups.values()].map((g) => ({ addressType: family, ...g }));
}

function portsOf({ spec }: Service, p: Pod): EndpointSlicePort[] {
  return (spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(p, port);
    if (number === undefined) return [];
    return {
      name: port.name ?? '',
      protocol: port.protocol,
      port: number,
      ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
    };
  });
}

function endpointOf(svc: Service, p: Pod, address: string, cache: CacheView): Endpoint {
  const terminating = p.metadata.deletionTimestamp !== undefined;
  const serving = isReady(p);
  const hostname = hostnameIn(svc, p);
  const { nodeName } = p.spec;
  const zone = nodeName ? zoneOf(cache, nodeName) : undefined;
  const hints = hintsFor(svc, zone, nodeName);
  const { namespace = '', name = '', uid = '' } = p.metadata;
  return {
    addresses: [address],
    conditions: {
      ready: Boolean(svc.spec.publishNotReadyAddresses) || (serving && !terminating),
      serving,
      terminating,
    },
    ...(hostname && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    ...(hints && { hints }),
  };
}

function hintsFor({ spec }: Service, zone: string | undefined, nodeName: string | undefined): Endpoint['hints'] {
  switch (spec.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return zone ? { forZones: [{ name: zone }] } : undefined;
    case 'PreferSameNode':
      return nodeName ? { ...(zone && { forZones: [{ name: zone }] }), forNodes: [{ name: nodeName }] } : undefined;
    default:
      return undefined;
  }
}
