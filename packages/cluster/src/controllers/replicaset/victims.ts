import type { Pod } from '@tiphys/sdk/api';
import { isReady, readySince } from '../pod-state.ts';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The `count` pods that cost least to lose, upstream's order: not assigned, pending, not ready, cheap, crowded together on a
 * node (with `related` pods of the same application), ready for a shorter time, restarted more often, younger.
 */
export function victims(pods: readonly Pod[], related: readonly Pod[], count: number, now: number): Pod[] {
  if (count <= 0) return [];
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const { spec } of related) {
    if (spec.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  }
  const ranked = pods.map((p) => ({ pod: p, crowd: onNode.get(p.spec.nodeName ?? '') ?? 0 }));
  return ranked
    .toSorted((a, b) => compare(a.pod, b.pod) || b.crowd - a.crowd || compareAge(a.pod, b.pod, now))
    .slice(0, count)
    .map((r) => r.pod);
}

function compare(a: Pod, b: Pod): number {
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    (phaseOrder[a.status.phase ?? ''] ?? 0) - (phaseOrder[b.status.phase ?? ''] ?? 0) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    costOf(a) - costOf(b)
  );
}

function compareAge(a: Pod, b: Pod, now: number): number {
  const byReady = isReady(a) && isReady(b) ? compareTimes(readySince(a), readySince(b), a, b, now) : 0;
  return (
    byReady ||
    mostRestarts(b, false) - mostRestarts(a, false) ||
    mostRestarts(b, true) - mostRestarts(a, true) ||
    compareTimes(timeOf(a.metadata.creationTimestamp), timeOf(b.metadata.creationTimestamp), a, b, now)
  );
}

/** The later one first. Ages of the same order of magnitude count as the same; then the uid decides, which is chance. */
function compareTimes(x: number | undefined, y: number | undefined, a: Pod, b: Pod, now: number): number {
  if (x === y) return 0;
  if (x === undefined) return -1;
  if (y === undefined) return 1;
  return magnitude(now - x) - magnitude(now - y) || ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1);
}

const magnitude = (ageMs: number) => (ageMs <= 0 ? -1 : Math.floor(Math.log2(ageMs * 1e6)));

function costOf({ metadata }: Pod): number {
  const text = metadata.annotations?.[deletionCost] ?? '0';
  // What isn't a 32-bit number (leading plus and zeros aren't allowed either) counts as nothing.
  if (!/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

function mostRestarts({ spec, status }: Pod, sidecars: boolean): number {
  if (!sidecars) return Math.max(0, ...(status.containerStatuses ?? []).map((s) => s.restartCount));
  const names = new Set((spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const counted = (status.initContainerStatuses ?? []).filter((s) => names.has(s.name));
  return Math.max(0, ...counted.map((s) => s.restartCount));
}

const timeOf = (text: string | undefined) => (text ? Date.parse(text) : undefined);
