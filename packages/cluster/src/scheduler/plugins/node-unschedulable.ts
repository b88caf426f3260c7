import { type SchedulerPlugin, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { toleratesAny } from '../tolerations.ts';

const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  judgesTaints: true,
  filter: (pod, node) => (takes(node, pod) ? undefined : unresolvable('node(s) were unschedulable')),
  helps(pod, event) {
    switch (event.type) {
      case 'node-added':
        return takes(event.node, pod);
      case 'node-updated':
        return event.old.isCordoned && !event.node.isCordoned;
      case 'self-updated':
        return event.changed.has('tolerations') && toleratesAny(event.pod.pod.spec.tolerations, cordoned);
      default:
        return false;
    }
  },
};

const takes = ({ isCordoned }: NodeInfo, { pod }: PodInfo): boolean =>
  !isCordoned || toleratesAny(pod.spec.tolerations, cordoned);
