import type { Node } from '@tiphys/sdk/api';
import type { NodeAspect, PodAspect } from './framework.ts';
import type { PodInfo } from './pod-info.ts';

const differs = (a: unknown, b: unknown): boolean => a !== b && JSON.stringify(a) !== JSON.stringify(b);

/** What may help a pod, itself or another, of a pod's change; mostly nothing. */
export function changedPodAspects(old: PodInfo, next: PodInfo): Set<PodAspect> {
  const changed = new Set<PodAspect>();
  if (differs(old.labels, next.labels)) changed.add('labels');
  if (Object.entries(old.requests).some(([r, wanted]) => (next.requests[r] ?? 0) < wanted)) changed.add('scaled-down');
  if (old.pod.spec.tolerations?.length !== next.pod.spec.tolerations?.length) changed.add('tolerations');
  return changed;
}

/** What may help pods of a change to a node. */
export function changedNodeAspects(old: Node, next: Node): Set<NodeAspect> {
  const changed = new Set<NodeAspect>();
  if (differs(old.status.allocatable, next.status.allocatable)) changed.add('allocatable');
  if (differs(old.metadata.labels, next.metadata.labels)) changed.add('labels');
  if (differs(old.spec.taints, next.spec.taints)) changed.add('taints');
  if (differs(old.status.declaredFeatures, next.status.declaredFeatures)) changed.add('declared-features');
  if (Boolean(old.spec.unschedulable) !== Boolean(next.spec.unschedulable)) changed.add('unschedulable');
  return changed;
}
