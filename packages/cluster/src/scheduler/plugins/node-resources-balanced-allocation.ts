import { maxScore, type SchedulerPlugin } from '../framework.ts';

/** Nodes come first on which CPU and memory would be used to the same degree. */
export const nodeResourcesBalancedAllocation: SchedulerPlugin<undefined, true> = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  // A pod that asks for nothing can't unbalance a node.
  preScore: ({ requests }) => (requests['cpu'] || requests['memory'] ? true : undefined),
  score({ requests }, { requested, allocatable }) {
    const shares: number[] = [];
    for (const r of ['cpu', 'memory']) {
      const total = allocatable[r] ?? 0;
      if (total) shares.push(Math.min(1, ((requested[r] ?? 0) + (requests[r] ?? 0)) / total));
    }
    const deviation = shares.length === 2 ? Math.abs(shares[0]! - shares[1]!) / 2 : 0;
    return Math.floor((1 - deviation) * maxScore);
  },
};
