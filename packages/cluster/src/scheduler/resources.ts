import { milliValue, unitValue } from '@tiphys/sdk/machinery';
import type { Pod, PodSpec, ResourceRequirements } from '@tiphys/sdk/api';

/** Amounts by resource name: CPU in thousandths, everything else in whole units. */
export type Amounts = Record<string, number>;

export const amount = (resource: string, quantity: string): number =>
  resource === 'cpu' ? milliValue(quantity) : unitValue(quantity);

export function amounts(list: Readonly<Record<string, string>> | undefined): Amounts {
  const out: Amounts = {};
  if (list) for (const [r, q] of Object.entries(list)) out[r] = amount(r, q);
  return out;
}

export function add(into: Amounts, more: Readonly<Amounts>, sign = 1): Amounts {
  for (const r of Object.keys(more)) into[r] = (into[r] ?? 0) + sign * more[r]!;
  return into;
}

function atLeast(into: Amounts, floor: Readonly<Amounts>): Amounts {
  for (const r of Object.keys(floor)) into[r] = Math.max(into[r] ?? 0, floor[r]!);
  return into;
}

/** What upstream assumes for a container that asks for nothing, so that such pods spread too. */
export const assumed: Readonly<Amounts> = { cpu: 100, memory: 200 * 1024 * 1024 };

/** A pod's requests; each container asks for at least `missing` of what it doesn't name itself (for scoring). */
export function podRequests(spec: PodSpec, held: HeldRequests | undefined, missing: Readonly<Amounts> = {}): Amounts {
  const of = (c: { name: string; resources?: ResourceRequirements }) => ({
    ...missing,
    ...(held?.get(c.name) ?? amounts(c.resources?.requests)),
  });
  const total: Amounts = {};
  for (const c of spec.containers) add(total, of(c));
  // Sidecars run beside what starts after them; plain init containers run alone with the sidecars before them.
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const c of spec.initContainers ?? []) {
    const requests = of(c);
    if (c.restartPolicy === 'Always') {
      add(total, requests);
      add(sidecars, requests);
      atLeast(peak, sidecars);
    } else atLeast(peak, add({ ...requests }, sidecars));
  }
  atLeast(total, peak);
  // Requests of the pod as a whole stand for those of its containers, resource by resource.
  Object.assign(total, held?.get(thePod) ?? amounts(spec.resources?.requests));
  return add(total, amounts(spec.overhead));
}

/** What containers count with, by name, where that isn't what they ask for. */
export type HeldRequests = ReadonlyMap<string, Amounts>;
const thePod = '';

/**
 * While a resize is under way, a container (or the pod as a whole) counts with the most of what it asks for, was granted and
 * has; with what it has when the node can't do the resize. Plain init containers don't resize.
 */
export function heldRequests({ spec, status }: Pod): HeldRequests | undefined {
  const resizing = (status.containerStatuses ?? []).some((s) => s.resources) || status.resources;
  if (!resizing && !status.initContainerStatuses?.some((s) => s.resources)) return undefined;
  const isInfeasible = status.conditions?.some((c) => c.type === 'PodResizePending' && c.reason === 'Infeasible');
  const held = new Map<string, Amounts>();
  const hold = (name: string, asked: ResourceRequirements | undefined, has: Held | undefined) => {
    if (!has?.resources) return;
    const granted = atLeast(amounts(has.resources.requests), amounts(has.allocatedResources));
    held.set(name, isInfeasible ? granted : atLeast(granted, amounts(asked?.requests)));
  };
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const sidecars = (spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  for (const c of [...spec.containers, ...sidecars]) {
    hold(
      c.name,
      c.resources,
      statuses.find((s) => s.name === c.name),
    );
  }
  if (spec.resources?.requests) hold(thePod, spec.resources, status);
  return held;
}

interface Held {
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  readonly allocatedResources?: Readonly<Record<string, string>>;
}
