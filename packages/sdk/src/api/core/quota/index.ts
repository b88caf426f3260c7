import { claimCounter } from './claims.ts';
import { objectCounter, type QuotaCounter } from './counter.ts';
import { podCounter } from './pods.ts';
import { serviceCounter } from './services.ts';

export { addAmounts, exceeding, excessOf, only, withoutZeros } from './amounts.ts';
export { countName, countsIn, type QuotaCounter, scopesOf } from './counter.ts';
export { isTerminating, podTotals } from './pods.ts';

const counters: Readonly<Record<string, QuotaCounter>> = {
  pods: podCounter,
  services: serviceCounter,
  persistentvolumeclaims: claimCounter,
};

/** How the objects of a resource count in quotas. */
export const quotaCounter = (group: string, resource: string): QuotaCounter =>
  (group === '' ? counters[resource] : undefined) ?? objectCounter(group, resource);
