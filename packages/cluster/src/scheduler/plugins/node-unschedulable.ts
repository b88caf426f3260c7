import { type SchedulerPlugin, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { toleratesAny } from '../tolerations.ts';

const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  filter: (pod, node) => (takes(node, pod) ? undefined : unresolvable('node(s) were unschedulable')),
  helps: (pod, event) =>
    (event.type === 'node-added' || (event.type === 'node-updated' && event.changed.has('unschedulable'))) &&
    takes(event.node, pod),
};

const takes = ({ isCordoned }: NodeInfo, { pod }: PodInfo): boolean =>
  !isCordoned || toleratesAny(pod.spec.tolerations, cordoned);
