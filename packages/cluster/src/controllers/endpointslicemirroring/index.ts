import {
  type Endpoint,
  type EndpointAddress,
  endpoints,
  type Endpoints,
  type EndpointSubset,
  endpointSlice,
  service,
} from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { controllerReference, defineController, watch } from '@tiphys/sdk/operator';
import { managedByLabel, sliceLabels } from '../endpointslice/labels.ts';
import { type Group, packSlices, portsKey } from '../endpointslice/pack.ts';
import { writeSlices } from '../endpointslice/write-slices.ts';
import { hasSelector } from '../service-pods.ts';

const manager = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

/** Annotations of Endpoints that aren't the user's. */
const left = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'endpoints.kubernetes.io/last-change-trigger-time',
]);

/** Publishes Endpoints that somebody wrote by hand, for a service without a selector, as slices. */
export const endpointSliceMirroringController = defineController({
  name: 'endpointslicemirroring',
  for: endpoints,
  owns: [endpointSlice],
  watches: [
    watch(service, (next, old) => {
      const { namespace, name } = (next ?? old)!.metadata;
      return [`${namespace}/${name}`];
    }),
  ],

  async reconcile(ep, { cache, client, signal }) {
    const existing = cache.ownedBy(endpointSlice, ep).filter((s) => s.metadata.labels?.[managedByLabel] === manager);
    const { namespace, name, labels, annotations } = ep.metadata;
    const plan = packSlices(existing, isMirrored(ep, cache) ? groupsOf(ep) : []);
    const template = {
      namespace: namespace!,
      generateName: `${name}-`,
      labels: sliceLabels(labels, { service: name!, manager, headless: false }),
      annotations: Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !left.has(key))),
      owner: controllerReference(endpoints, ep),
    };
    await writeSlices(plan, template, client, signal);
  },
});

function isMirrored({ metadata }: Endpoints, cache: CacheView): boolean {
  const svc = cache.get(service, metadata.namespace, metadata.name!);
  return (
    svc !== undefined &&
    !hasSelector(svc) &&
    metadata.labels?.[skipLabel] !== 'true' &&
    metadata.annotations?.[leaderAnnotation] === undefined
  );
}

function groupsOf({ subsets = [] }: Endpoints): Group[] {
  const groups = new Map<string, { addressType: Group['addressType']; ports: Group['ports']; endpoints: Endpoint[] }>();
  for (const subset of subsets) {
    const ports = portsOf(subset);
    for (const { address, ready } of addressesOf(subset)) {
      const addressType = address.ip.includes(':') ? 'IPv6' : 'IPv4';
      const key = `${addressType}/${portsKey(ports)}`;
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { addressType, ports, endpoints: [] }));
      group.endpoints.push(endpointOf(address, ready));
    }
  }
  return [...groups.values()];
}

const portsOf = ({ ports = [] }: EndpointSubset): Group['ports'] =>
  ports.map(({ name = '', port, protocol, appProtocol }) => ({
    name,
    protocol,
    port,
    ...(appProtocol !== undefined && { appProtocol }),
  }));

const addressesOf = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset) => [
  ...addresses.map((address) => ({ address, ready: true })),
  ...notReadyAddresses.map((address) => ({ address, ready: false })),
];

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname && { hostname }),
  ...(targetRef && { targetRef }),
  ...(nodeName && { nodeName }),
});
