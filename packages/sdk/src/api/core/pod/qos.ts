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
  if (!Object.keys(requests).length && !Object.keys(limits).length) return 'BestEffort';
  const limited = spec.resources
    ? !Object.keys(spec.resources.limits ?? {}).length || isFullyLimited(spec.resources)
    : parts.every(isFullyLimited);
  const askedToTheLimit =
    Object.keys(requests).length === Object.keys(limits).length &&
    Object.entries(requests).every(([name, amount]) => {
      const limit = limits[name];
      return limit !== undefined && compareQuantity(limit, amount) === 0;
    });
  return limited && askedToTheLimit ? 'Guaranteed' : 'Burstable';
}

const containerParts = (spec: PodSpec): ResourceRequirements[] =>
  [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});

const computeAmounts = (amounts: Amounts | undefined): [string, string][] =>
  Object.entries(amounts ?? {}).filter(([name, a]) => compute.includes(name) && parseQuantity(a).nano > 0n);

const isFullyLimited = ({ limits }: ResourceRequirements): boolean => computeAmounts(limits).length === compute.length;

function total(parts: readonly ResourceRequirements[], of: 'requests' | 'limits'): Amounts {
  const sum: Record<string, string> = {};
  for (const part of parts) {
    for (const [name, amount] of computeAmounts(part[of])) {
      sum[name] = sum[name] === undefined ? amount : sumOfQuantities(sum[name], amount);
    }
  }
  return sum;
}
