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
    const memory = free(allocatable['memory'], taken['memory'], wanted['memory']);
    // What a node has none of isn't counted.
    return cpu === undefined || memory === undefined ? (cpu ?? memory ?? 0) : Math.floor((cpu + memory) / 2);
  },
  helps({ requests }, event) {
    switch (event.type) {
      case 'node-added':
        return wouldHold(event.node, requests);
      case 'node-updated':
        return event.changed.has('allocatable') && wouldHold(event.node, requests) && hasGrown(event, requests);
      case 'pod-deleted':
        return true;
      case 'pod-updated': {
        const { old, pod } = event;
        return Object.keys(requests).some((r) => requests[r] && (old.requests[r] ?? 0) > (pod.requests[r] ?? 0));
      }
      case 'self-updated':
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

/** Whether the node has room for more pods, or more of something that is asked for. */
const hasGrown = ({ old, node }: { old: NodeInfo; node: NodeInfo }, requests: PodInfo['requests']): boolean =>
  ['pods', ...Object.keys(requests).filter((r) => requests[r])].some(
    (r) => (node.allocatable[r] ?? 0) > (old.allocatable[r] ?? 0),
  );

/** The share of a resource, 0…100, that would be left; nothing where the node has none of it. */
function free(total = 0, taken = 0, wanted = 0): number | undefined {
  if (total === 0) return undefined;
  const used = taken + wanted;
  return used > total ? 0 : Math.floor(((total - used) * maxScore) / total);
}
