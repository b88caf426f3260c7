import { milliValue, unitValue } from '@tiphys/sdk/machinery';
import type { PodSpec, ResourceRequirements } from '@tiphys/sdk/api';

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
const assumedCpu = 100;
const assumedMemory = 200 * 1024 * 1024;

/** A pod's requests; `assumed` counts upstream's default for containers without any (for scoring). */
export function podRequests(
  spec: PodSpec,
  status: Readonly<Record<string, Amounts>> | undefined,
  assumed: boolean,
): Amounts {
  const of = (c: { name: string; resources?: ResourceRequirements }) => {
    const own = atLeast(amounts(c.resources?.requests), status?.[c.name] ?? {});
    if (assumed) {
      own['cpu'] ??= assumedCpu;
      own['memory'] ??= assumedMemory;
    }
    return own;
  };
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
  Object.assign(total, amounts(spec.resources?.requests));
  return add(total, amounts(spec.overhead));
}
