import type { Node, NodeCondition, Taint } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';

const notReadyTaint = 'node.kubernetes.io/not-ready';
const unreachableTaint = 'node.kubernetes.io/unreachable';
const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** Which taint a condition's status stands for. */
const conditionTaints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint, Unknown: unreachableTaint },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const managed = new Set([
  unschedulableTaint,
  ...Object.values(conditionTaints).flatMap((byStatus) => Object.values(byStatus)),
]);

export const readyOf = ({ status }: Node): NodeCondition | undefined =>
  status.conditions?.find((c) => c.type === 'Ready');

/** The node's taints with those of effect NoSchedule that its conditions and its cordon ask for, and no others of these. */
export function scheduleTaints({ spec, status }: Node, now: number): Taint[] {
  const wanted = (status.conditions ?? []).flatMap((c) => conditionTaints[c.type]?.[c.status] ?? []);
  if (spec.unschedulable) wanted.push(unschedulableTaint);
  return replaced(spec.taints ?? [], 'NoSchedule', (key) => managed.has(key), wanted, now);
}

/** Those of effect NoExecute: they drive pods off a node that isn't ready or can't be reached. */
export function executeTaints(node: Node, now: number): Taint[] {
  const key = conditionTaints['Ready']![readyOf(node)?.status ?? ''];
  return replaced(node.spec.taints ?? [], 'NoExecute', givesUp, key ? [key] : [], now);
}

export const withoutExecuteTaints = (node: Node): Taint[] =>
  replaced(node.spec.taints ?? [], 'NoExecute', givesUp, [], 0);

const givesUp = (key: string) => key === notReadyTaint || key === unreachableTaint;

function replaced(
  current: readonly Taint[],
  effect: Taint['effect'],
  ours: (key: string) => boolean,
  wanted: readonly string[],
  now: number,
): Taint[] {
  const kept = current.filter((t) => t.effect !== effect || !ours(t.key) || wanted.includes(t.key));
  const missing = wanted.filter((key) => !kept.some((t) => t.key === key && t.effect === effect));
  return [...kept, ...missing.map((key) => ({ key, effect, timeAdded: timestamp(now) }))];
}
