import type { Pod } from '@tiphys/sdk/api';
import { milliValue, own, unitValue } from '@tiphys/sdk/machinery';
import { cpuPeriodMicros, cpuQuota, cpuShares } from '../containers/linux-resources.ts';
import { initContainersOf, isSidecar } from '../../podspec/index.ts';
import { qosClassOf } from '../containers/qos.ts';

/** What a pod's group is held to; undefined is no bound. */
export interface CgroupLimits {
  readonly cpuShares: number;
  readonly cpuQuotaMicros?: number | undefined;
  readonly cpuPeriodMicros: number;
  readonly memoryBytes?: number | undefined;
}

/** The pod's containers together, as they may run at one time. */
export function podLimits(pod: Pod): CgroupLimits {
  const requested = podTotal(pod, 'requests', 'cpu', milliValue) ?? 0;
  const base = { cpuPeriodMicros };
  switch (qosClassOf(pod)) {
    case 'BestEffort':
      return { ...base, cpuShares: cpuShares(0) };
    case 'Burstable':
    case 'Guaranteed': {
      const cpu = podTotal(pod, 'limits', 'cpu', milliValue, true);
      const memory = podTotal(pod, 'limits', 'memory', unitValue, true);
      return {
        ...base,
        cpuShares: cpuShares(requested),
        cpuQuotaMicros: cpu === undefined ? undefined : cpuQuota(cpu),
        memoryBytes: memory,
      };
    }
  }
}

/**
 * Sum over the containers that run side by side, or the largest init container with the sidecars before it, whichever is more.
 * With `all`, undefined when one of them has no such bound: then the pod has none either.
 */
export function podTotal(
  pod: Pod,
  list: 'requests' | 'limits',
  name: string,
  amount: (quantity: string) => number,
  all = false,
): number | undefined {
  const shared = own(pod.spec.resources?.[list], name);
  if (shared !== undefined) return amount(shared);
  let isBounded = true;
  const of = (c: Pod['spec']['containers'][number]) => {
    const quantity = own(c.resources[list], name);
    if (quantity === undefined) isBounded = false;
    return quantity === undefined ? 0 : amount(quantity);
  };
  let sidecars = 0;
  let largestInit = 0;
  for (const c of initContainersOf(pod)) {
    if (isSidecar(c)) sidecars += of(c);
    largestInit = Math.max(largestInit, isSidecar(c) ? sidecars : sidecars + of(c));
  }
  const main = pod.spec.containers.reduce((sum, c) => sum + of(c), sidecars);
  const overhead = own(pod.spec.overhead, name);
  const total = Math.max(main, largestInit) + (overhead === undefined ? 0 : amount(overhead));
  return all && !isBounded ? undefined : total;
}
