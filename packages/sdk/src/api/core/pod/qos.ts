import { compareQuantity, parseQuantity, sumOfQuantities } from '../../../machinery/index.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';
import type { ResourceRequirements } from './resources.ts';

export type QosClass = NonNullable<PodStatus['qosClass']>;
type Amounts = Readonly<Record<string, string>>;

const compute = ['cpu', 'memory'];

/**
 * How a pod stands when its node runs short. Guaranteed: CPU and memory limited everywhere, and asked for to the limit;
 * BestEffort: none asked for; Burstable: what is between. What is asked for the pod as a whole goes before its containers.
 */
export function qosClassOf(spec: PodSpec): QosClass {
  const parts = spec.resources ? [spec.resources] : containerParts(spec);
  const requests = total(parts, 'requests');
  const limits = total(parts, 'limits');
  if (isNothing(requests) && isNothing(limits)) return 'BestEffort';
  const limited = spec.resources
    ? !Object.keys(spec.resources.limits ?? {}).length || isFullyLimited(spec.resources)
    : parts.every(isFullyLimited);
  const askedToTheLimit = compute.every((name) => {
    const [asked, limit] = [requests[name], limits[name]];
    if (asked === undefined || limit === undefined) return asked === limit;
    return compareQuantity(limit, asked) === 0;
  });
  return limited && askedToTheLimit ? 'Guaranteed' : 'Burstable';
}

const containerParts = (spec: PodSpec): ResourceRequirements[] =>
  [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});

const isNothing = (amounts: Amounts): boolean => compute.every((name) => amounts[name] === undefined);

const isFullyLimited = ({ limits }: ResourceRequirements): boolean => {
  for (const name of compute) if (amountOf(limits, name) === undefined) return false;
  return true;
};

/** What is asked for, if anything is. */
function amountOf(amounts: Amounts | undefined, name: string): string | undefined {
  const amount = amounts?.[name];
  return amount !== undefined && parseQuantity(amount).nano > 0n ? amount : undefined;
}

function total(parts: readonly ResourceRequirements[], of: 'requests' | 'limits'): Amounts {
  const sum: Record<string, string> = {};
  for (const part of parts) {
    for (const name of compute) {
      const amount = amountOf(part[of], name);
      if (amount === undefined) continue;
      sum[name] = sum[name] === undefined ? amount : sumOfQuantities(sum[name], amount);
    }
  }
  return sum;
}
