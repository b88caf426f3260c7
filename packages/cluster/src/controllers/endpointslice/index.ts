import {
  type Endpoint,
  type EndpointSlicePort,
  node,
  type Node,
  type Pod,
  service,
  type Service,
} from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { isNamespaceTerminating } from '@tiphys/sdk/machinery';
import {
  changes,
  type Controller,
  controllerReference,
  defineController,
  type EventType,
  type ReconcileContext,
  watch,
} from '@tiphys/sdk/operator';
import { messageOf } from '@tiphys/sdk/runtime';
import { isReady } from '../pod-state.ts';
import { indexPodsByNode } from '../pods-by-node.ts';
import {
  addressOfFamily,
  hostnameIn,
  isHeadless,
  nodeChanges,
  nodeIsReady,
  podChanges,
  podsOf,
  publishesPods,
  takesPart,
  targetPortOf,
  zoneLabel,
  zoneOf,
} from '../service-pods.ts';
import { TriggerTimes, withTriggerTime } from '../trigger-times.ts';
import { sliceLabels } from './labels.ts';
import { type Group, packSlices, portsKey, withPlaceholder } from './pack.ts';
import { indexSlicesByService, sliceChanges, slicesOf } from './slices-of.ts';
import { hintZones, wantsZones, zoneShares } from './topology.ts';
import { writeSlices } from './write-slices.ts';

const manager = 'endpointslice-controller.k8s.io';

/** Publishes the pods of every service with a selector as EndpointSlices: what proxies and DNS read. */
export const endpointSliceController: Controller = {
  name: 'endpointslice',
  run: (deps, signal) => {
    const times = new TriggerTimes();
    // Services whose endpoints have hints by their zones' shares.
    const inZones = new Set<string>();
    return defineController({
      name: 'endpointslice',
      component: 'endpoint-slice-controller',
      for: service,
      batchMs: 20,
      watches: [
        sliceChanges(manager),
        podChanges,
        nodeChanges,
        watch(node, (next, old) => (sharesChanged(next, old) ? inZones : [])),
      ],
      setup: (cache) => {
        indexSlicesByService(cache);
        indexPodsByNode(cache);
      },

      async reconcile(svc, context) {
        if (!publishesPods(svc)) return;
        const pods = podsOf(context.cache, svc);
        const time = times.next(svc, pods);
        try {
          await publish(svc, { pods, time, inZones }, context);
        } catch (err) {
          if (!isNamespaceTerminating(err)) failed(svc, messageOf(err), context);
          throw err;
        }
        const homeless = pods.filter((p) => takesPart(p, true) && !canTell(svc, p, context.cache));
        // The node's arrival calls us again.
        if (homeless.length > 0) failed(svc, homelessMessage(svc, homeless), context);
      },

      async gone({ key }) {
        times.forget(key);
        inZones.delete(key);
      },
    }).run(deps, signal);
  },
};

interface Publication {
  readonly pods: readonly Pod[];
  /** Of the change that this tells. */
  readonly time: string | undefined;
  readonly inZones: Set<string>;
}

async function publish(svc: Service, { pods, time, inZones }: Publication, context: ReconcileContext): Promise<void> {
  const { key, cache, client, signal } = context;
  const { namespace, name, uid, labels, deletionTimestamp } = svc.metadata;
  const all = slicesOf(cache, key, manager);
  const existing = all.filter((s) => s.metadata.ownerReferences?.some((r) => r.uid === uid));
  const families = familiesOf(svc);
  const groups = families.flatMap((family) => groupsOf(svc, pods, family, cache));
  let plan = packSlices(existing, groups);
  const told: (() => void)[] = [];
  for (const family of families) {
    plan = withPlaceholder(plan, family);
    const tell = (type: EventType, reason: string, message: string) =>
      told.push(() =>
        context.events.event({ kind: service, object: svc }, type, reason, `${message}, addressType: ${family}`),
      );
    if (wantsZones(svc)) {
      const hinted = hintZones(plan, family, zoneShares(cache.list(node)));
      plan = hinted.plan;
      if (hinted.problem) tell('Warning', 'TopologyAwareHintsDisabled', hinted.problem);
      else if (!inZones.has(key)) tell('Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled');
      if (hinted.problem) inZones.delete(key);
      else inZones.add(key);
    } else if (inZones.delete(key)) {
      tell('Warning', 'TopologyAwareHintsDisabled', 'Topology Aware Hints has been disabled');
    }
  }
  // Slices that a service of the same name has left behind.
  const strangers = all.filter((s) => !existing.includes(s));
  const template = {
    namespace: namespace!,
    generateName: `${name}-`,
    labels: sliceLabels(labels, { service: name!, manager, headless: isHeadless(svc) }),
    owner: controllerReference(service, svc),
    annotate: (current: Readonly<Record<string, string>> | undefined) => withTriggerTime(current, time),
    annotationsCount: false,
  };
  const create = deletionTimestamp ? [] : plan.create;
  await writeSlices({ ...plan, create, remove: [...plan.remove, ...strangers] }, template, client, signal);
  for (const tell of told) tell();
}

function failed(svc: Service, why: string, { events }: ReconcileContext): void {
  const { namespace, name } = svc.metadata;
  const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${why}`;
  events.event({ kind: service, object: svc }, 'Warning', 'FailedToUpdateEndpointSlices', message);
}

function homelessMessage({ metadata: { namespace, name } }: Service, pods: readonly Pod[]): string {
  const told = pods.map(
    (p) => `skipping Pod ${p.metadata.name} for Service ${namespace}/${name}: Node ${p.spec.nodeName ?? ''} Not Found`,
  );
  return told.length === 1 ? told[0]! : `[${told.join(', ')}]`;
}

/** Without its node a pod's zone is unknown, so it isn't told, unless the service has asked for everything. */
const canTell = (svc: Service, { spec }: Pod, cache: CacheView): boolean =>
  Boolean(svc.spec.publishNotReadyAddresses) || cache.get(node, undefined, spec.nodeName ?? '') !== undefined;

/** What a zone's share hangs on, beside the size of its nodes. */
const sharesChanged = changes<Node>(nodeIsReady, (n) => n.metadata.labels?.[zoneLabel]);

type Family = 'IPv4' | 'IPv6';

const familiesOf = ({ spec }: Service): Family[] => {
  const families = spec.ipFamilies as Family[] | undefined;
  return families?.length ? families : ['IPv4'];
};

function groupsOf(svc: Service, pods: readonly Pod[], family: Family, cache: CacheView): Group[] {
  const groups = new Map<string, { ports: EndpointSlicePort[]; endpoints: Endpoint[] }>();
  for (const p of pods) {
    const address = addressOfFamily(p, family);
    if (!address || !takesPart(p, true) || !canTell(svc, p, cache)) continue;
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
  const ready = Boolean(svc.spec.publishNotReadyAddresses) || (serving && !terminating);
  const hints = ready && !wantsZones(svc) ? hintsFor(svc, zone, nodeName) : undefined;
  const { namespace = '', name = '', uid = '' } = p.metadata;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
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
