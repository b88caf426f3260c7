import { type SchedulerPlugin, unresolvable } from '../framework.ts';

export const nodeName: SchedulerPlugin = {
  name: 'NodeName',
  preFilter: ({ pod }) => ({ skip: !pod.spec.nodeName }),
  filter({ pod }, node) {
    if (pod.spec.nodeName !== node.name) return unresolvable("node(s) didn't match the requested node name");
    return undefined;
  },
  helps: (_pod, event) => event.type === 'node-added',
};
