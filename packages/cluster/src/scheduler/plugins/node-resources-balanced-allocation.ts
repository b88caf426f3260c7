import { maxScore, type SchedulerPlugin } from '../framework.ts';
import type { Amounts } from '../resources.ts';

/** Nodes come first whose use of CPU and memory the pod brings closer together, or at least doesn't drive apart. */
export const nodeResourcesBalancedAllocation: SchedulerPlugin<undefined, true> = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  // A pod that asks for nothing can't unbalance a node.
  preScore: ({ requests }) => (requests['cpu'] || requests['memory'] ? true : undefined),
  score({ requests }, { allocatable, requested }) {
    const gain = balance(allocatable, requested, requests) - balance(allocatable, requested, none);
    return maxScore / 2 + Math.floor((maxScore / 2 + gain) / 2);
  },
};

const none: Amounts = {};

/** 50…100: how evenly CPU and memory would be used. */
function balance(allocatable: Amounts, taken: Amounts, wanted: Amounts): number {
  const cpu = share(allocatable['cpu'], taken['cpu'], wanted['cpu']);
  const memory = share(allocatable['memory'], taken['memory'], wanted['memory']);
  const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs((cpu - memory) / 2);
  return Math.floor((1 - deviation) * maxScore);
}

/** How much of a resource would be used, 0…1; nothing where the node has none of it. */
const share = (total = 0, taken = 0, wanted = 0): number | undefined =>
  total ? Math.min(1, (taken + wanted) / total) : undefined;
