import { type SchedulerPlugin, unresolvable } from '../framework.ts';
import { toleratesAny } from '../tolerations.ts';

const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  filter({ pod }, { node }) {
    if (!node.spec.unschedulable || toleratesAny(pod.spec.tolerations, cordoned)) return undefined;
    return unresolvable('node(s) were unschedulable');
  },
  helps: (_pod, event) =>
    event.type === 'node-added' || (event.type === 'node-updated' && event.changed.has('unschedulable')),
};
