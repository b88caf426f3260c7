import { createHash } from 'node:crypto';
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '@tiphys/sdk/api';
import { isReady } from '../pod-state.ts';
import { addressOfFamily, hostnameIn, isHeadless, takesPart, targetPortOf } from '../service-pods.ts';

interface Member {
  readonly address: EndpointAddress;
  readonly ready: boolean;
  readonly ports: EndpointPort[];
}

/** The pods of a service as `Endpoints` tell them: those of the same ports together. */
export function subsetsOf(svc: Service, pods: readonly Pod[]): EndpointSubset[] {
  const groups = new Map<string, Member[]>();
  for (const p of pods) {
    const member = memberOf(svc, p);
    if (!member) continue;
    const key = JSON.stringify(member.ports);
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  return [...groups.values()].map(subsetOf).toSorted((a, b) => compareText(portsKey(a), portsKey(b)));
}

function memberOf(svc: Service, p: Pod): Member | undefined {
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
  return {
    // An unbound pod has the node "", which the server refuses: upstream's behaviour, and nothing is published then.
    address: {
      ip,
      ...(hostname && { hostname }),
      nodeName: p.spec.nodeName ?? '',
      targetRef: { kind: 'Pod', namespace, name, uid },
    },
    ready: publishNotReadyAddresses || isReady(p),
    ports: ports.toSorted((a, b) => compareText(hashOf(a), hashOf(b))),
  };
}

function subsetOf(members: readonly Member[]): EndpointSubset {
  const sorted = members.toSorted(
    (a, b) =>
      compareText(a.address.ip, b.address.ip) ||
      compareText(a.address.targetRef?.uid ?? '', b.address.targetRef?.uid ?? ''),
  );
  const ready = sorted.filter((m) => m.ready).map((m) => m.address);
  const notReady = sorted.filter((m) => !m.ready).map((m) => m.address);
  const { ports } = members[0]!;
  return {
    ...(ready.length && { addresses: ready }),
    ...(notReady.length && { notReadyAddresses: notReady }),
    ...(ports.length && { ports }),
  };
}

/** Upstream orders ports by the hash of how Go prints them. Clients compare whole objects, so we do too. */
function hashOf({ name = '', port, protocol, appProtocol }: EndpointPort): string {
  const text =
    `(v1.EndpointPort){Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} ` +
    `AppProtocol:(*string)${appProtocol ?? '<nil>'}}`;
  return createHash('md5').update(text).digest('hex');
}

const portsKey = ({ ports = [] }: EndpointSubset) => ports.map(hashOf).join();
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
