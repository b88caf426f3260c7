import { compareQuantity, sumOfQuantities } from '../../../machinery/index.ts';
import type { PodSpec } from './pod-spec.ts';
import { isSidecar } from './containers-of.ts';

/** Amounts by resource name, as `requests` and `limits` have them. */
export type ResourceList = Readonly<Record<string, string>>;

/**
 * What a pod's containers need together: the regular ones and the sidecars at once, or any init container beside the sidecars
 * that started before it, whichever is more.
 */
export function containerTotals(spec: PodSpec, of: 'requests' | 'limits'): ResourceList {
  let running = (spec.containers ?? []).reduce<ResourceList>((sum, c) => add(sum, c.resources?.[of]), {});
  let sidecars: ResourceList = {};
  let starting: ResourceList = {};
  for (const c of spec.initContainers ?? []) {
    const own = c.resources?.[of];
    if (isSidecar(c)) {
      running = add(running, own);
      sidecars = add(sidecars, own);
      starting = most(starting, sidecars);
    } else starting = most(starting, add(add({}, own), sidecars));
  }
  return most(running, starting);
}

const merged = (a: ResourceList, b: ResourceList = {}, join: (x: string, y: string) => string): ResourceList => {
  const out: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const before = out[name];
    out[name] = before === undefined ? amount : join(before, amount);
  }
  return out;
};
const add = (a: ResourceList, b: ResourceList | undefined): ResourceList => merged(a, b, sumOfQuantities);
const most = (a: ResourceList, b: ResourceList): ResourceList =>
  merged(a, b, (x, y) => (compareQuantity(y, x) > 0 ? y : x));
