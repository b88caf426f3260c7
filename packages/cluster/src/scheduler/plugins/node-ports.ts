import { type SchedulerPlugin, unschedulable } from '../framework.ts';
import { clash } from '../pod-info.ts';

export const nodePorts: SchedulerPlugin = {
  name: 'NodePorts',
  preFilter: ({ hostPorts }) => ({ skip: hostPorts.length === 0 }),
  filter({ hostPorts }, node) {
    if (!hostPorts.some((p) => node.conflicts(p))) return undefined;
    return unschedulable("node(s) didn't have free ports for the requested pod ports");
  },
  helps({ hostPorts }, event) {
    if (event.type === 'pod-deleted') return event.pod.hostPorts.some((used) => hostPorts.some((p) => clash(used, p)));
    return event.type === 'node-added';
  },
};
