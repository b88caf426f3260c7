import {
  type Endpoint,
  type EndpointAddress,
  endpoints,
  type Endpoints,
  type EndpointSubset,
  service,
} from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { controllerReference, defineController, watch } from '@tiphys/sdk/operator';
import { repack } from '../endpoints/subsets.ts';
import { managedByLabel, serviceNameLabel } from '../endpointslice/labels.ts';
import { type Group, packSlices, portsKey } from '../endpointslice/pack.ts';
import { indexSlicesByService, sliceChanges, slicesOf } from '../endpointslice/slices-of.ts';
import { removeSlices, writeSlices } from '../endpointslice/write-slices.ts';
import { hasSelector } from '../service-pods.ts';
import { triggerTimeAnnotation } from '../trigger-times.ts';

const manager = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
/** Upstream's default; each subset becomes one slice of its family. */
const mostOfSubset = 1000;

/** Annotations of Endpoints that aren't the user's. */
const left = new Set(['kubectl.kubernetes.io/last-applied-configuration', triggerTimeAnnotation]);

/** Publishes Endpoints that somebody wrote by hand, for a service without a selector, as slices. */
export const endpointSliceMirroringController = defineController({
  name: 'endpointslicemirroring',
  component: 'endpoint-slice-mirroring-controller',
  for: endpoints,
  watches: [
    sliceChanges(manager),
    watch(service, (next, old) => {
      const { namespace, name } = (next ?? old)!.metadata;
      return [`${namespace}/${name}`];
    }),
  ],
  setup: indexSlicesByService,

  async reconcile(ep, { key, cache, client, events, signal }) {
    const { namespace, name, labels, annotations } = ep.metadata;
    const mirrored = isMirrored(ep, cache);
    const subsets = mirrored ? repack(ep.subsets ?? []) : [];
    const skipped = subsets.map(addressesOf).reduce((n, all) => n + Math.max(0, all.length - mostOfSubset), 0);
    if (skipped > 0) {
      const limit = `A max of ${mostOfSubset} addresses can be mirrored to EndpointSlices per Endpoints subset.`;
      const message = `${limit} ${skipped} addresses were skipped`;
      events.event({ kind: endpoints, object: ep }, 'Warning', 'TooManyAddressesToMirror', message);
    }
    const existing = slicesOf(cache, key, manager);
    const plan = packSlices(existing, groupsOf(subsets), mostOfSubset);
    const wanted = Object.fromEntries(Object.entries(annotations ?? {}).filter(([a]) => !left.has(a)));
    const template = {
      namespace: namespace!,
      generateName: `${name}-`,
      labels: { ...labels, [serviceNameLabel]: name!, [managedByLabel]: manager },
      owner: controllerReference(endpoints, ep),
      annotate: () => wanted,
      annotationsCount: true,
    };
    await writeSlices(plan, template, client, signal);
  },

  async gone({ key, cache, client, signal }) {
    await removeSlices(slicesOf(cache, key, manager), client, signal);
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

function groupsOf(subsets: readonly EndpointSubset[]): Group[] {
  const groups = new Map<string, { addressType: Group['addressType']; ports: Group['ports']; endpoints: Endpoint[] }>();
  for (const subset of subsets) {
    const ports = portsOf(subset);
    for (const { address, ready } of addressesOf(subset).slice(0, mostOfSubset)) {
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
