import { BlockList, isIP } from 'node:net';
import { endpoints as endpointsKind, type Pod, pod as podKind, type Service } from '@tiphys/sdk/api';
import { badRequest, notFound, serviceUnavailable } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import type { Registry } from '../../registry/registry.ts';
import { addressOfNode } from '../../nodes/node-address.ts';
import type { NodeAddress } from '../../nodes/connector.ts';
import type { ConnectDeps } from './deps.ts';

/** Where a proxied request goes: to a plain host, or to the agent of a node. */
export interface ProxyTarget {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly node?: NodeAddress;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

interface Parts {
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** `[SCHEME:]NAME[:PORT]`; with a scheme the port may be empty but its colon stands. */
export function splitName(id: string): Parts | undefined {
  const parts = id.split(':');
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1] ?? ''];
  if (parts.length > 3 || !name || !['', 'http', 'https'].includes(scheme!)) return undefined;
  return { scheme: scheme || 'http', name, port: port! };
}

const split = (id: string, what: string): Parts => {
  const parts = splitName(id);
  if (!parts) throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return parts;
};

export type ResolveTarget = (registry: Registry, place: Place, deps: ConnectDeps) => Promise<ProxyTarget>;

export const podTarget: ResolveTarget = async (registry, { namespace, name: id }) => {
  const { scheme, name, port } = split(id, 'pod');
  const pod = (await registry.get(namespace, name)).object as Pod;
  const host = pod.status.podIPs?.[0]?.ip ?? pod.status.podIP ?? '';
  const own = pod.spec.containers.find((c) => c.ports?.length)?.ports?.[0]?.containerPort;
  mayProxyTo(host);
  return { scheme, host, port: port || (own ? String(own) : '') };
};

export const serviceTarget: ResolveTarget = async (registry, { namespace, name: id }, { objects, random }) => {
  const { scheme, name, port } = split(id, 'service');
  const service = (await registry.get(namespace, name)).object as Service;
  const portName = /^[+-]?\d+$/.test(port) ? nameOfPort(service, Number(port)) : port;
  const found = await objects.get(endpointsKind, namespace, name);
  if (!found) throw notFound({ group: '', resource: 'services' }, name);
  const subsets = found.subsets ?? [];
  if (!subsets.length) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  for (const subset of startingAnywhere(subsets, random)) {
    const there = subset.ports?.find((p) => (p.name ?? '') === portName);
    if (!there) continue;
    for (const { ip, targetRef } of startingAnywhere(subset.addresses ?? [], random)) {
      // Only pods are reached this way, whatever somebody writes into Endpoints.
      if (targetRef?.kind !== 'Pod' || targetRef.namespace !== namespace) continue;
      const pod = objects.find(podKind, namespace, targetRef.name ?? '');
      if (!pod || !(pod.status.podIPs ?? [{ ip: pod.status.podIP }]).some((p) => p.ip === ip)) continue;
      mayProxyTo(ip);
      return { scheme, host: ip, port: String(there.port) };
    }
  }
  throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(id)}`);
};

export const nodeTarget: ResolveTarget = async (registry, { name: id }, { objects }) => {
  const { scheme, name, port } = split(id, 'node');
  await registry.get('', name);
  const node = await addressOfNode(objects, name);
  if (!port || Number(port) === node.port) return { scheme: 'https', host: node.host, port: String(node.port), node };
  mayProxyTo(node.host);
  return { scheme, host: node.host, port };
};

function nameOfPort({ metadata, spec }: Service, port: number): string {
  const found = spec.ports?.find((p) => p.port === port);
  if (found) return found.name ?? '';
  throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(metadata.name)}`);
}

/** Each once, beginning at a random one, so that nobody gets all requests. */
function* startingAnywhere<T>(items: readonly T[], random: Random): Iterable<T> {
  const start = Math.floor(random.next() * items.length);
  for (let i = 0; i < items.length; i++) yield items[(start + i) % items.length]!;
}

/** Addresses that mean this machine, its link, or nobody in particular. */
const notGlobal = new BlockList();
notGlobal.addSubnet('0.0.0.0', 32, 'ipv4');
notGlobal.addSubnet('127.0.0.0', 8, 'ipv4');
notGlobal.addSubnet('169.254.0.0', 16, 'ipv4');
notGlobal.addSubnet('224.0.0.0', 4, 'ipv4');
notGlobal.addSubnet('255.255.255.255', 32, 'ipv4');
notGlobal.addSubnet('::', 128, 'ipv6');
notGlobal.addSubnet('::1', 128, 'ipv6');
notGlobal.addSubnet('fe80::', 10, 'ipv6');
notGlobal.addSubnet('ff00::', 8, 'ipv6');

/** Otherwise whoever may write a status could have the API server call on its own machine. */
export function mayProxyTo(host: string): void {
  const family = isIP(host);
  if (!family || notGlobal.check(host, family === 6 ? 'ipv6' : 'ipv4')) throw badRequest('address not allowed');
}
