import {
  type AddressRules,
  isHeadless,
  needsHealthCheck,
  needsNodePorts,
  type Service,
  servicePort,
  type ServicePort,
  serviceSpec,
} from '@tiphys/sdk/api';
import {
  canonicalIp,
  field,
  type FieldError,
  internalError,
  invalid,
  invalidObject,
  type KubeObject,
  StatusError,
} from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { setFields } from '@tiphys/sdk/schema';
import type { Feed } from '../../cache/feed.ts';
import type { KindHooks, Undo } from '../kind-hooks.ts';
import type { WriteRequest } from '../requests.ts';
import { keyOf, type Resource } from '../resource.ts';
import type { AddressObjects } from './address-objects.ts';
import { claimOfIp, type ClusterIps, ipOfClaim } from './cluster-ips.ts';
import { Ledger, Taking } from './ledger.ts';
import { claimOfPort, dryNodePorts, type NodePorts, nodePorts, type PortRange } from './node-ports.ts';
import { settleFamilies } from './service-families.ts';
import { agreeOnAddresses, patchAllocated } from './service-patch.ts';

export interface ServiceHookDeps {
  readonly feed: Feed;
  readonly ips: ClusterIps;
  readonly nodePortRange: PortRange;
  readonly random: Random;
  readonly addresses: AddressObjects;
  readonly rules: AddressRules;
}

/** Addresses and node ports of services: taken before a write is checked, given back when it fails, let go with what was stored. */
export function serviceHooks(
  resource: Resource,
  { feed, ips, nodePortRange: range, random, addresses, rules }: ServiceHookDeps,
): KindHooks {
  let ledger: Ledger | undefined;

  const allocate = async (
    next: Service,
    old: Service | undefined,
    { namespace, dryRun }: WriteRequest,
  ): Promise<Undo | undefined> => {
    ledger ??= new Ledger(feed.cache(resource), claimsOf);
    // What was let go by writes that are over is to be had.
    await feed.current();
    const inUse = ledger;
    const isFree = (claim: string) => inUse.isFree(claim) && !addresses.isTaken(ipOfClaim(claim) ?? '');
    const book = {
      isFree,
      take: (claim: string, holder: string) => isFree(claim) && inUse.take(claim, holder),
      release: (claim: string, holder: string) => inUse.release(claim, holder),
    };
    if (old) patchAllocated(next, old);
    agreeOnAddresses(next, old);
    refuse(next, settleFamilies(next, old, { configured: ips.family, rules }));
    const taking = dryRun ? undefined : new Taking(book, keyOf(resource, namespace, next.metadata.name ?? ''));
    const ports = taking ? nodePorts(taking, { random, range }) : dryNodePorts((claim) => book.isFree(claim), range);
    try {
      if (!old || old.spec.type === 'ExternalName') allocateIps(next, ips, taking);
      allocateNodePorts(next, old, ports);
    } catch (err) {
      taking?.undo();
      throw err;
    }
    return taking?.undo;
  };

  return {
    beforeCreate: (object, request) => allocate(asService(object), undefined, request),
    beforeUpdate: (next, old, request) => allocate(asService(next), asService(old), request),
    afterWrite: (next, old) => addresses.follow(next && asService(next), old && asService(old)),
  };
}

const asService = (object: KubeObject): Service => object as unknown as Service;
const spec = field('spec');

function* claimsOf(object: KubeObject): Iterable<string> {
  const service = asService(object);
  const { type, clusterIPs = [], ports = [], healthCheckNodePort } = service.spec;
  if (type === 'ExternalName') return;
  for (const ip of clusterIPs) if (ip !== 'None') yield claimOfIp(canonicalIp(ip) ?? ip);
  for (const { nodePort } of ports) if (nodePort) yield claimOfPort(nodePort);
  if (healthCheckNodePort) yield claimOfPort(healthCheckNodePort);
}

function refuse({ metadata }: Service, errors: readonly FieldError[]): void {
  if (errors.length) throw invalidObject('', 'Service', metadata.name ?? '', errors);
}

function allocateIps(service: Service, ips: ClusterIps, taking: Taking | undefined): void {
  if (service.spec.type === 'ExternalName' || isHeadless(service)) return;
  const { clusterIPs = [], ipFamilies = [] } = service.spec;
  const allocated = ipFamilies.map((_, i) => {
    const wanted = clusterIPs[i];
    if (wanted) {
      const problem = ips.claim(wanted, taking);
      if (problem) {
        const why = `failed to allocate IP ${wanted}: ${problem}`;
        refuse(service, [invalid(spec.child('clusterIPs'), clusterIPs, why)]);
      }
      return wanted;
    }
    const found = ips.next(taking);
    if (!found) throw internalError('failed to allocate a serviceIP: range is full');
    return found;
  });
  setFields(serviceSpec, service.spec, { clusterIP: allocated[0], clusterIPs: allocated });
}

function allocateNodePorts(next: Service, old: Service | undefined, ports: NodePorts): void {
  if (next.spec.type === 'NodePort' || next.spec.type === 'LoadBalancer') {
    if (old) updateNodePorts(next, old, ports);
    else initNodePorts(next, ports);
  }
  if (needsHealthCheck(next) && !(old && needsHealthCheck(old))) allocateHealthCheckPort(next, ports);
}

/** Ports that differ in their protocol alone share a node port; one that the client asked for goes before any other. */
function initNodePorts(service: Service, ports: NodePorts): void {
  const byPort = new Map<number, number>();
  const all = service.spec.ports ?? [];
  for (const [i, port] of all.entries()) {
    if (!port.nodePort && !needsNodePorts(service)) continue;
    const shared = byPort.get(port.port);
    if (shared === undefined) {
      const asked = all.find((p) => p.port === port.port && p.nodePort)?.nodePort;
      const nodePort = asked ?? nextPort(ports);
      if (asked) claimPort(service, i, { port: asked, ports });
      setNodePort(port, nodePort);
      byPort.set(port.port, nodePort);
    } else if (!port.nodePort) setNodePort(port, shared);
    else if (port.nodePort !== shared) claimPort(service, i, { port: port.nodePort, ports });
  }
}

function updateNodePorts(next: Service, old: Service, ports: NodePorts): void {
  const held = new Set((old.spec.ports ?? []).map((p) => p.nodePort));
  const seen = new Set<string>();
  for (const [i, port] of (next.spec.ports ?? []).entries()) {
    if (!port.nodePort && !needsNodePorts(next)) continue;
    if (!port.nodePort) setNodePort(port, nextPort(ports));
    else if (!held.has(port.nodePort)) {
      claimPort(next, i, { port: port.nodePort, ports });
      held.add(port.nodePort);
    }
    const key = `{${port.protocol} ${port.nodePort}}`;
    if (seen.has(key)) throw new StatusError(500, '', `duplicate nodePort: ${key}`);
    seen.add(key);
  }
}

const setNodePort = (port: ServicePort, nodePort: number): void => setFields(servicePort, port, { nodePort });

function nextPort(ports: NodePorts): number {
  const port = ports.next();
  if (port === undefined) throw internalError('failed to allocate a nodePort: range is full');
  return port;
}

function claimPort(service: Service, i: number, { port, ports }: { port: number; ports: NodePorts }): void {
  const problem = ports.claim(port);
  if (problem) refuse(service, [invalid(spec.child('ports').index(i).child('nodePort'), port, problem)]);
}

function allocateHealthCheckPort(service: Service, ports: NodePorts): void {
  const asked = service.spec.healthCheckNodePort;
  if (asked) {
    const problem = ports.claim(asked);
    if (problem) throw internalError(`failed to allocate requested HealthCheck NodePort ${asked}: ${problem}`);
    return;
  }
  const port = ports.next();
  if (port === undefined) throw internalError('failed to allocate a HealthCheck NodePort 0: range is full');
  setFields(serviceSpec, service.spec, { healthCheckNodePort: port });
}
