import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '@tiphys/sdk/api';
import { isReady } from '../pod-state.ts';
import { inPublishedOrder } from '../published-order.ts';
import { addressOfFamily, hostnameIn, isHeadless, takesPart, targetPortOf } from '../service-pods.ts';

/** The pods of a service as `Endpoints` tell them. */
export function subsetsOf(svc: Service, pods: readonly Pod[]): EndpointSubset[] {
  return repack(pods.flatMap((p) => subsetOfPod(svc, p) ?? []));
}

function subsetOfPod(svc: Service, p: Pod): EndpointSubset | undefined {
  const { publishNotReadyAddresses = false, ports: wanted = [] } = svc.spec;
  if (!takesPart(p, publishNotReadyAddresses)) return undefined;
  const ip = addressOfFamily(p, svc.spec.ipFamilies?.[0] ?? 'IPv4');
  if (!ip) return undefined;
  const ports = wanted.flatMap((port): EndpointPort[] => {
    const number = targetPortOf(p, port);
    if (number === undefined) return [];
    return [
      {
        ...(port.name && { name: port.name }),
        port: number,
        protocol: port.protocol,
        ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
      },
    ];
  });
  if (ports.length === 0 && !(wanted.length === 0 && isHeadless(svc))) return undefined;
  const hostname = hostnameIn(svc, p);
  const { namespace = '', name = '', uid = '' } = p.metadata;
  // An unbound pod has the node "", which the server refuses: upstream's behaviour, and nothing is published then.
  const nodeName = p.spec.nodeName ?? '';
  const targetRef = { kind: 'Pod', namespace, name, uid };
  const addresses = [{ ip, ...(hostname && { hostname }), nodeName, targetRef }];
  return { ...(publishNotReadyAddresses || isReady(p) ? { addresses } : { notReadyAddresses: addresses }), ports };
}

interface Member {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

/** The form that says each port once: those that the very same addresses offer are one subset. */
export function repack(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const addresses = new Map<string, EndpointAddress>();
  const byPort = new Map<string, { port: EndpointPort | undefined; members: Map<string, Member> }>();
  for (const { ports = [], addresses: ready = [], notReadyAddresses: notReady = [] } of subsets) {
    for (const port of ports.length ? ports : [undefined]) {
      const { members } = entryOf(byPort, port ? printed(port) : '', () => ({
        port,
        members: new Map<string, Member>(),
      }));
      for (const [list, isReadyHere] of [[ready, true] as const, [notReady, false] as const]) {
        for (const told of list) {
          const key = `${told.ip} ${told.targetRef?.uid ?? ''}`;
          const address = entryOf(addresses, key, () => told);
          members.set(key, { address, ready: isReadyHere && (members.get(key)?.ready ?? true) });
        }
      }
    }
  }
  const byMembers = new Map<string, { ports: EndpointPort[]; members: Member[] }>();
  for (const { port, members: offered } of byPort.values()) {
    const members = [...offered].toSorted(([a], [b]) => compareText(a, b));
    const key = JSON.stringify(members.map(([id, { ready }]) => [id, ready]));
    const subset = entryOf(byMembers, key, () => ({ ports: [], members: members.map(([, m]) => m) }));
    if (port) subset.ports.push(port);
  }
  return [...byMembers.values()].map(subsetOf).toSorted((a, b) => compareText(portsKey(a), portsKey(b)));
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  let entry = map.get(key);
  if (entry === undefined) map.set(key, (entry = make()));
  return entry;
}

function subsetOf({ ports, members }: { ports: readonly EndpointPort[]; members: readonly Member[] }): EndpointSubset {
  const ready = members.filter((m) => m.ready).map((m) => m.address);
  const notReady = members.filter((m) => !m.ready).map((m) => m.address);
  return {
    ...(ready.length && { addresses: ready }),
    ...(notReady.length && { notReadyAddresses: notReady }),
    ...(ports.length && { ports: inPublishedOrder(ports, printed) }),
  };
}

const printed = ({ name = '', port, protocol, appProtocol }: EndpointPort) =>
  `(v1.EndpointPort){Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} ` +
  `AppProtocol:(*string)${appProtocol ?? '<nil>'}}`;

const portsKey = ({ ports = [] }: EndpointSubset) => ports.map(printed).join();
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
