import { maxScore, type SchedulerPlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** Nodes come first on which CPU and memory would be used to the same degree. */
export const nodeResourcesBalancedAllocation: SchedulerPlugin<undefined, true> = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  // A pod that asks for nothing can't unbalance a node.
  preScore: ({ requests }) => (requests['cpu'] || requests['memory'] ? true : undefined),
  score(pod, node) {
    const [cpu, memory] = [share('cpu', pod, node), share('memory', pod, node)];
    const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
    return Math.floor((1 - deviation) * maxScore);
  },
};

/** How much of a resource would be used with the pod on the node, 0…1; nothing where the node has none of it. */
function share(resource: 'cpu' | 'memory', { requests }: PodInfo, node: NodeInfo): number | undefined {
  const total = node.allocatable[resource];
  if (!total) return undefined;
  return Math.min(1, ((node.requested[resource] ?? 0) + (requests[resource] ?? 0)) / total);
}
