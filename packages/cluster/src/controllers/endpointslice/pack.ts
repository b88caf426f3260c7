import type { Endpoint, EndpointSlice, EndpointSlicePort } from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import { inPublishedOrder } from '../published-order.ts';

/** Upstream's default of endpoints in one slice. */
const inOneSlice = 100;

/** Endpoints that share a slice: those of one address family and one set of ports. */
export interface Group {
  readonly addressType: EndpointSlice['addressType'];
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly Endpoint[];
}

export type Content = Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>;

export interface SlicePlan {
  readonly create: Content[];
  /** Slices with their content as it should be; some may have it already. */
  readonly keep: { readonly slice: EndpointSlice; readonly content: Content }[];
  readonly remove: EndpointSlice[];
}

/**
 * Puts endpoints into slices with few writes: an endpoint stays in the slice that it is in, new ones fill slices that change
 * anyway, those with least room first, and what is left then goes into one other slice that has room for all of it or into new
 * ones. A slice that nothing is left of is used for another group before it is removed.
 */
export function packSlices(
  existing: readonly EndpointSlice[],
  groups: readonly Group[],
  most: number = inOneSlice,
): SlicePlan {
  const keep: SlicePlan['keep'] = [];
  const free = new Set(existing);
  const create: Content[] = [];
  for (const group of groups) {
    const slices = [...free].filter((s) => s.addressType === group.addressType && samePorts(s.ports, group.ports));
    const missing = new Map(group.endpoints.map((e) => [identityOf(e), e]));
    const filled = slices
      .map((slice) => {
        const endpoints = (slice.endpoints ?? []).flatMap((e) => {
          const wanted = missing.get(identityOf(e));
          missing.delete(identityOf(e));
          return wanted ? [wanted] : [];
        });
        return { slice, endpoints, changes: !sameEndpoints(slice.endpoints, endpoints) };
      })
      .filter((f) => f.endpoints.length > 0)
      .toSorted((x, y) => y.endpoints.length - x.endpoints.length);
    const rest = [...missing.values()];
    for (const { endpoints, changes } of filled) {
      if (changes) endpoints.push(...rest.splice(0, Math.max(0, most - endpoints.length)));
    }
    while (rest.length >= most) create.push(contentOf(group, rest.splice(0, most)));
    if (rest.length > 0) {
      const roomy = filled.find((f) => !f.changes && f.endpoints.length + rest.length <= most);
      if (roomy) roomy.endpoints.push(...rest);
      else create.push(contentOf(group, rest));
    }
    for (const { slice, endpoints } of filled) {
      free.delete(slice);
      keep.push({ slice, content: contentOf(group, endpoints) });
    }
  }
  reuse(create, free, keep);
  return { create, keep, remove: [...free] };
}

/** The address type of a slice can't change; everything else can. */
function reuse(create: Content[], free: Set<EndpointSlice>, keep: SlicePlan['keep']): void {
  for (const slice of free) {
    const at = create.findIndex((c) => c.addressType === slice.addressType);
    if (at < 0) continue;
    keep.push({ slice, content: create.splice(at, 1)[0]! });
    free.delete(slice);
  }
}

/** A service without endpoints has one empty slice, so that a reader can tell "none" from "not yet known". */
export function withPlaceholder(plan: SlicePlan, addressType: Group['addressType']): SlicePlan {
  const has = (c: { addressType: string }) => c.addressType === addressType;
  if (plan.create.some(has) || plan.keep.some((k) => has(k.slice))) return plan;
  const empty: Content = { addressType, endpoints: null, ports: null };
  const slice = plan.remove.find(has);
  if (!slice) return { ...plan, create: [...plan.create, empty] };
  return {
    create: plan.create,
    keep: [...plan.keep, { slice, content: empty }],
    remove: plan.remove.filter((s) => s !== slice),
  };
}

/** Whether a slice becomes another one, whatever hints its endpoints have. */
export const changesOf = (slice: EndpointSlice, { endpoints, ports }: Content): boolean =>
  !sameEndpoints(slice.endpoints, endpoints) || !samePorts(slice.ports, ports ?? []);

const sameEndpoints = (a: Content['endpoints'], b: Content['endpoints']) =>
  equal((a ?? []).map(withoutHints), (b ?? []).map(withoutHints));

const withoutHints = ({ hints: _hints, ...endpoint }: Endpoint) => endpoint;

export const sameContent = (slice: EndpointSlice, { endpoints, ports }: Content): boolean =>
  equal(slice.endpoints ?? [], endpoints ?? []) && samePorts(slice.ports, ports ?? []);

const contentOf = ({ addressType, ports }: Group, endpoints: readonly Endpoint[]): Content => ({
  addressType,
  endpoints: [...endpoints],
  ports: ports.length ? inPublishedOrder(ports, printed) : null,
});

const printed = ({ name, protocol, port, appProtocol }: EndpointSlicePort) =>
  `(v1.EndpointPort){Name:(*string)${name} Protocol:(*v1.Protocol)${protocol} Port:(*int32)${port} ` +
  `AppProtocol:(*string)${appProtocol ?? '<nil>'}}`;

export const portsKey = (ports: readonly EndpointSlicePort[]): string =>
  ports
    .map(({ name, protocol, port, appProtocol }) => JSON.stringify([name, protocol, port, appProtocol]))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join();

const samePorts = (a: readonly EndpointSlicePort[] | null, b: readonly EndpointSlicePort[]) =>
  portsKey(a ?? []) === portsKey(b);

/** What stays the same while readiness, zone and hints of an endpoint change. */
const identityOf = ({ addresses, hostname, targetRef, nodeName }: Endpoint): string =>
  JSON.stringify([addresses, hostname, targetRef?.uid, targetRef?.name, nodeName]);
