import type { Endpoint, EndpointSlice, Node, Service } from '@tiphys/sdk/api';
import { milliValue } from '@tiphys/sdk/machinery';
import { nodeIsReady, zoneLabel } from '../service-pods.ts';
import { changesOf, type Content, type SlicePlan } from './pack.ts';

/** How much more than its share of the traffic an endpoint may have to bear. */
const overload = 0.2;

type Counts = Map<string, number>;

/** The service asks that its traffic stay in zones, as far as these have endpoints in proportion to their processors. */
export function wantsZones({ metadata: { annotations = {} } }: Service): boolean {
  const mode =
    annotations['service.kubernetes.io/topology-aware-hints'] ?? annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

/** Each zone's part of the processors of all nodes that are ready; undefined when nodes don't tell or are all in one zone. */
export function zoneShares(nodes: readonly Node[]): Map<string, number> | undefined {
  const cpu: Counts = new Map();
  for (const node of nodes) {
    const { labels = {} } = node.metadata;
    if (controlPlaneLabels.some((l) => labels[l] !== undefined) || !nodeIsReady(node)) continue;
    const [zone, milli] = [labels[zoneLabel], milliValue(node.status.allocatable?.['cpu'] ?? '0')];
    if (!zone || milli === 0) return undefined;
    count(cpu, zone, milli);
  }
  const total = sum(cpu);
  return cpu.size < 2 ? undefined : new Map([...cpu].map(([zone, milli]) => [zone, milli / total]));
}

const controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/**
 * Gives the endpoints of one family in the plan hints for zones. Slices that need no other change keep theirs while these are
 * within bounds. Where it can't be done the plan stays without hints, and why is told.
 */
export function hintZones(
  plan: SlicePlan,
  addressType: EndpointSlice['addressType'],
  shares: ReadonlyMap<string, number> | undefined,
): { readonly plan: SlicePlan; readonly problem?: string } {
  const isOurs = (c: Content) => c.addressType === addressType;
  const contents = [...plan.create, ...plan.keep.map((k) => k.content)].filter(isOurs);
  const ready = contents.flatMap((c) => c.endpoints ?? []).filter(isReady).length;
  const allocations = allocate(ready, shares);
  if (typeof allocations === 'string') return { plan, problem: allocations };

  const allocated: Counts = new Map();
  const settled = new Map<Content, Content>();
  for (const { slice, content } of plan.keep) {
    const hints = isOurs(content) && !changesOf(slice, content) && settledHints(slice, allocated, allocations);
    if (!hints) continue;
    for (const [zone, n] of hints) count(allocated, zone, n);
    settled.set(content, { ...content, endpoints: slice.endpoints });
  }
  const fresh = contents.filter((c) => !settled.has(c)).flatMap((c) => c.endpoints ?? []);
  if (fresh.some((e) => isReady(e) && !e.zone))
    return { plan, problem: 'One or more endpoints do not have a zone specified' };
  const zones = new Map(fresh.filter(isReady).map((e) => [e, e.zone!]));
  for (const zone of zones.values()) count(allocated, zone, 1);
  redistribute(zones, transfers(allocations, allocated));

  const hinted = (c: Content): Content =>
    isOurs(c)
      ? (settled.get(c) ?? {
          ...c,
          endpoints:
            c.endpoints?.map((e) => (zones.has(e) ? { ...e, hints: { forZones: [{ name: zones.get(e)! }] } } : e)) ??
            null,
        })
      : c;
  return {
    plan: {
      create: plan.create.map(hinted),
      keep: plan.keep.map((k) => ({ ...k, content: hinted(k.content) })),
      remove: plan.remove,
    },
  };
}

interface Allocation {
  readonly desired: number;
  readonly most: number;
}

/** How many endpoints each zone is to have, or why there is no telling. */
function allocate(ready: number, shares: ReadonlyMap<string, number> | undefined): Map<string, Allocation> | string {
  if (!shares) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  const counted = `(${ready} endpoints, ${shares.size} zones)`;
  if (shares.size > ready) return `Insufficient number of endpoints ${counted}`;
  const least = new Map([...shares].map(([zone, share]) => [zone, Math.ceil((share * ready) / (1 + overload))]));
  const spare = ready - sum(least);
  if (spare < 0) {
    return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counted}`;
  }
  return new Map(
    [...shares].map(([zone, share]) => {
      const min = least.get(zone)!;
      return [zone, { desired: Math.max(share * ready, min), most: min + spare }];
    }),
  );
}

/** The hints of a slice by zone, when they can stay. */
function settledHints(
  { endpoints }: EndpointSlice,
  allocated: Counts,
  allocations: ReadonlyMap<string, Allocation>,
): Counts | undefined {
  const hints: Counts = new Map();
  for (const e of (endpoints ?? []).filter(isReady)) {
    if (!e.hints?.forZones?.length) return undefined;
    for (const { name } of e.hints.forZones) count(hints, name, 1);
  }
  const fits = [...hints].every(([zone, n]) => n + (allocated.get(zone) ?? 0) <= (allocations.get(zone)?.most ?? -1));
  return fits ? hints : undefined;
}

interface Transfers {
  readonly giving: Counts;
  readonly receiving: Counts;
}

/** How many endpoints zones with too many give to those with too few. */
function transfers(allocations: ReadonlyMap<string, Allocation>, allocated: ReadonlyMap<string, number>): Transfers {
  const surplus = new Map([...allocations].map(([zone, { desired }]) => [zone, (allocated.get(zone) ?? 0) - desired]));
  const deficit = new Map([...surplus].map(([zone, n]) => [zone, -n]));
  const [giving, receiving]: [Counts, Counts] = [new Map(), new Map()];
  for (;;) {
    const [giver, give] = largest(surplus);
    const [receiver, receive] = largest(deficit);
    if ((give < 1 && receive < 1) || give < 0.5 || receive < 0.5) return { giving, receiving };
    for (const [counts, left, zone] of [[giving, surplus, giver] as const, [receiving, deficit, receiver] as const]) {
      count(counts, zone, 1);
      count(left, zone, -1);
    }
  }
}

function redistribute(zones: Map<Endpoint, string>, { giving, receiving }: Transfers): void {
  for (const [endpoint, zone] of zones) {
    const [receiver, left] = largest(receiving);
    if (left === 0) return;
    if (!giving.get(zone)) continue;
    zones.set(endpoint, receiver);
    count(giving, zone, -1);
    count(receiving, receiver, -1);
  }
}

const isReady = (e: Endpoint) => e.conditions?.ready === true;
const sum = (counts: Counts) => [...counts.values()].reduce((a, b) => a + b, 0);
const count = (counts: Counts, zone: string, by: number) => counts.set(zone, (counts.get(zone) ?? 0) + by);
const largest = (counts: Counts): [zone: string, n: number] =>
  [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
