import type { Rejection } from './framework.ts';

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.`: reasons counted, sorted as strings. */
export function fitMessage(nodeCount: number, rejections: Iterable<Rejection>): string {
  const counted = new Map<string, number>();
  for (const { reasons } of rejections) for (const r of reasons) counted.set(r, (counted.get(r) ?? 0) + 1);
  const lines = [...counted].map(([reason, n]) => `${n} ${reason}`).sort();
  return noNodeMessage(nodeCount, lines);
}

export const noNodeMessage = (nodeCount: number, reasons: readonly string[]): string =>
  `0/${nodeCount} nodes are available:${reasons.length ? ` ${reasons.join(', ')}.` : ''}`;
