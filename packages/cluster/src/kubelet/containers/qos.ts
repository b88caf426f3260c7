import type { Pod } from '@tiphys/sdk/api';
import { compareQuantity, own } from '@tiphys/sdk/machinery';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;

/** What the pod may expect of the node under pressure: from requests and limits of CPU and memory, as the server sees it. */
export function qosClassOf(pod: Pod): QosClass {
  if (pod.status.qosClass) return pod.status.qosClass;
  const { resources, containers, initContainers = [] } = pod.spec;
  const all = resources ? [resources] : [...containers, ...initContainers].map((c) => c.resources);
  let isBestEffort = true;
  let isGuaranteed = true;
  for (const { requests, limits } of all) {
    for (const name of counted) {
      const request = own(requests, name);
      const limit = own(limits, name);
      if (isPositive(request) || isPositive(limit)) isBestEffort = false;
      if (!isPositive(limit) || (request !== undefined && compareQuantity(request, limit!) !== 0)) isGuaranteed = false;
    }
  }
  if (isBestEffort) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

const isPositive = (quantity: string | undefined) => quantity !== undefined && compareQuantity(quantity, '0') > 0;
