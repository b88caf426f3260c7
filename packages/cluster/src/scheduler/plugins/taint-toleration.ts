import type { Toleration } from '@tiphys/sdk/api';
import { normalizeByMax, type SchedulerPlugin, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { toleratesAny } from '../tolerations.ts';

export const taintToleration: SchedulerPlugin<undefined, readonly Toleration[]> = {
  name: 'TaintToleration',
  judgesTaints: true,
  weight: 3,
  filter: (pod, node) => (endures(pod, node) ? undefined : unresolvable('node(s) had untolerated taint(s)')),
  preScore: ({ pod }, nodes) =>
    nodes.some((n) => n.taints.some((t) => t.effect === 'PreferNoSchedule'))
      ? (pod.spec.tolerations ?? []).filter((t) => !t.effect || t.effect === 'PreferNoSchedule')
      : undefined,
  score: (_pod, { taints }, tolerations) =>
    taints.filter((t) => t.effect === 'PreferNoSchedule' && !toleratesAny(tolerations, t)).length,
  normalize: (scores) => normalizeByMax(scores, true),
  helps(pod, event) {
    switch (event.type) {
      case 'node-added':
        return endures(pod, event.node);
      case 'node-updated':
        return endures(pod, event.node) && !endures(pod, event.old);
      case 'self-updated':
        return event.changed.has('tolerations');
      default:
        return false;
    }
  },
};

/** Tolerates every taint of the node that keeps pods away. */
export const endures = ({ pod }: PodInfo, { taints }: NodeInfo): boolean =>
  taints.every((t) => t.effect === 'PreferNoSchedule' || toleratesAny(pod.spec.tolerations, t));
