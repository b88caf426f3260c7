import { maxScore, type SchedulerPlugin } from '../framework.ts';

/** Nodes come first on which CPU and memory would be used to the same degree. */
export const nodeResourcesBalancedAllocation: SchedulerPlugin<undefined, true> = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  // A pod that asks for nothing can't unbalance a node.
  preScore: ({ requests }) => (requests['cpu'] || requests['memory'] ? true : undefined),
  score({ requests }, { allocatable, requested }) {
    const cpu = share(allocatable['cpu'], requested['cpu'], requests['cpu']);
    const memory = share(allocatable['memory'], requested['memory'], requests['memory']);
    const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
    return Math.floor((1 - deviation) * maxScore);
  },
};

/** How much of a resource would be used, 0…1; nothing where the node has none of it. */
const share = (total = 0, taken = 0, wanted = 0): number | undefined =>
  total ? Math.min(1, (taken + wanted) / total) : undefined;
