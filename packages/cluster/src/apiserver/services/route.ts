import { endpointSlice, type EndpointSlice, service, type Service } from '@tiphys/sdk/api';
import { serviceUnavailable } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import type { ClusterObjects } from '../admission/cluster-objects.ts';

export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface Reached {
  readonly host: string;
  readonly port: number;
}

/** Where a port of a service is reached just now. Throws in upstream's words where it can't be. */
export type ServiceRoute = (to: ServicePort) => Reached;

/** At the service's own address, which a proxy on this machine knows what to do with. */
export const atServiceAddress =
  (objects: ClusterObjects): ServiceRoute =>
  ({ namespace, name, port }) => {
    const found = serviceOf(objects, namespace, name);
    const { type, clusterIP = '', externalName = '' } = found.spec;
    if (type === 'ExternalName') return { host: externalName, port };
    if (type === 'ClusterIP' && clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
    return { host: clusterIP, port: portOf(found, port).port };
  };

/** At one of those that are ready behind it, a random one each time: no proxy is needed (`--enable-aggregator-routing`). */
export const atEndpoints =
  (objects: ClusterObjects, random: Random): ServiceRoute =>
  ({ namespace, name, port }) => {
    const found = serviceOf(objects, namespace, name);
    const { type, ipFamilies: [preferred] = [] } = found.spec;
    if (type === 'ExternalName') throw new Error(`unsupported service type ${JSON.stringify(type)}`);
    const { name: portName = '' } = portOf(found, port);
    const slices = objects.listIn(endpointSlice, namespace).filter((s) => s.metadata.labels?.[serviceName] === name);
    const isPreferred = (s: EndpointSlice) => Number(s.addressType === preferred);
    const ready = startingAnywhere(slices, random)
      .sort((a, b) => isPreferred(b) - isPreferred(a))
      .flatMap((slice) => addressesIn(slice, portName, random));
    if (!ready[0]) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
    return ready[0];
  };

/** The API server's own service leads back to it, without anybody's help. */
export const withLoopback =
  (route: ServiceRoute, own: () => Reached): ServiceRoute =>
  (to) =>
    to.namespace === 'default' && to.name === 'kubernetes' && to.port === 443 ? own() : route(to);

export const serviceName = 'kubernetes.io/service-name';

function serviceOf(objects: ClusterObjects, namespace: string, name: string): Service {
  const found = objects.find(service, namespace, name);
  if (!found) throw new Error(`service ${JSON.stringify(name)} not found`);
  return found;
}

function portOf({ metadata, spec }: Service, port: number): NonNullable<Service['spec']['ports']>[number] {
  const found = spec.ports?.find((p) => p.port === port);
  if (found) return found;
  throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(metadata.name)}`);
}

function addressesIn({ ports, endpoints }: EndpointSlice, portName: string, random: Random): Reached[] {
  const found = ports?.find((p) => (p.name ?? '') === portName && p.port !== undefined);
  if (!found) return [];
  const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready ?? true);
  return startingAnywhere(ready, random).map(({ addresses }) => ({ host: addresses[0]!, port: found.port! }));
}

/** Each once, in turn from a random one on. */
function startingAnywhere<T>(items: readonly T[], random: Random): T[] {
  const start = Math.floor(random.next() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
