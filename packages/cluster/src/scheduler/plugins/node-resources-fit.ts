import { maxScore, type Rejection, type SchedulerPlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** Requests must fit what is left of the node; nodes with most left come first (upstream's LeastAllocated). */
export const nodeResourcesFit: SchedulerPlugin<undefined, true> = {
  name: 'NodeResourcesFit',
  weight: 1,
  filter: (pod, node) => (plainlyFits(pod, node) ? undefined : refusal(pod, node)),
  preScore: () => true,
  score({ assumedRequests: wanted }, { allocatable, assumedRequested: taken }) {
    const cpu = free(allocatable['cpu'], taken['cpu'], wanted['cpu']);
    return Math.floor((cpu + free(allocatable['memory'], taken['memory'], wanted['memory'])) / 2);
  },
  helps({ requests }, event) {
    switch (event.type) {
      case 'node-added':
        return wouldHold(event.node, requests);
      case 'node-updated':
        return event.changed.has('allocatable') && wouldHold(event.node, requests);
      case 'pod-deleted':
        return Object.keys(event.pod.requests).some((r) => requests[r]) || !Object.keys(requests).length;
      case 'pod-updated':
        return event.changed.has('scaled-down');
      default:
        return false;
    }
  },
};

/** Asked of every pod and node, and mostly true: by their names, resources are read many times faster than one after the other. */
const plainlyFits = ({ requests, asksForOthers }: PodInfo, { pods, requested, allocatable }: NodeInfo): boolean =>
  !asksForOthers &&
  pods.size < (allocatable['pods'] ?? 0) &&
  (requests['cpu'] ?? 0) <= (allocatable['cpu'] ?? 0) - (requested['cpu'] ?? 0) &&
  (requests['memory'] ?? 0) <= (allocatable['memory'] ?? 0) - (requested['memory'] ?? 0);

function refusal({ requests }: PodInfo, { pods, requested, allocatable }: NodeInfo): Rejection | undefined {
  const reasons = pods.size + 1 > (allocatable['pods'] ?? 0) ? ['Too many pods'] : [];
  let hopeless = false;
  for (const [r, wanted] of Object.entries(requests)) {
    const total = allocatable[r] ?? 0;
    if (wanted === 0 || wanted <= total - (requested[r] ?? 0)) continue;
    reasons.push(`Insufficient ${r}`);
    // More than the whole node has: nobody's leaving would help.
    if (wanted > total) hopeless = true;
  }
  return reasons.length ? { reasons, unresolvable: hopeless } : undefined;
}

/** Whether the node is large enough, were it empty. */
const wouldHold = ({ allocatable }: NodeInfo, requests: PodInfo['requests']): boolean =>
  (allocatable['pods'] ?? 0) > 0 && Object.entries(requests).every(([r, wanted]) => wanted <= (allocatable[r] ?? 0));

/** The share of a resource, 0…100, that would be left. */
function free(total = 0, taken = 0, wanted = 0): number {
  const used = taken + wanted;
  return total === 0 || used > total ? 0 : Math.floor(((total - used) * maxScore) / total);
}
