import { maxScore, type SchedulerPlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** Requests must fit what is left of the node; nodes with most left come first (upstream's LeastAllocated). */
export const nodeResourcesFit: SchedulerPlugin<undefined, true> = {
  name: 'NodeResourcesFit',
  weight: 1,
  filter({ requests }, { pods, requested, allocatable }) {
    // Runs for every pod and node: what fits costs no memory.
    let reasons: string[] | undefined;
    let hopeless = false;
    if (pods.size + 1 > (allocatable['pods'] ?? 0)) reasons = ['Too many pods'];
    for (const r in requests) {
      const wanted = requests[r]!;
      if (wanted === 0) continue;
      const total = allocatable[r] ?? 0;
      if (wanted <= total - (requested[r] ?? 0)) continue;
      (reasons ??= []).push(`Insufficient ${r}`);
      // More than the whole node has: nobody's leaving would help.
      if (wanted > total) hopeless = true;
    }
    return reasons ? { reasons, unresolvable: hopeless } : undefined;
  },
  preScore: () => true,
  score: (pod, node) => Math.floor((free('cpu', pod, node) + free('memory', pod, node)) / 2),
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

/** Whether the node is large enough, were it empty. */
const wouldHold = ({ allocatable }: NodeInfo, requests: PodInfo['requests']): boolean =>
  (allocatable['pods'] ?? 0) > 0 && Object.entries(requests).every(([r, wanted]) => wanted <= (allocatable[r] ?? 0));

/** The share of a resource, 0…100, that would be left with the pod on the node. */
function free(resource: 'cpu' | 'memory', pod: PodInfo, node: NodeInfo): number {
  const total = node.allocatable[resource] ?? 0;
  const used = (node.assumedRequested[resource] ?? 0) + (pod.assumedRequests[resource] ?? 0);
  return total === 0 || used > total ? 0 : Math.floor(((total - used) * maxScore) / total);
}
