import type { Container } from '@tiphys/sdk/api';
import { type SchedulerPlugin, unresolvable } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';

/** What only some versions of a node's agent can do is asked of nodes that say they can (KEP-5328). */
export const nodeDeclaredFeatures: SchedulerPlugin<readonly string[]> = {
  name: 'NodeDeclaredFeatures',
  preFilter(pod) {
    const state = wanted(pod);
    return state.length ? { state } : { skip: true };
  },
  filter(_pod, { node }, features) {
    const declared = node.status.declaredFeatures ?? [];
    if (features.every((f) => declared.includes(f))) return undefined;
    return unresolvable("node(s) didn't match Pod's required features");
  },
  helps: (_pod, event) =>
    event.type === 'node-added' || (event.type === 'node-updated' && event.changed.has('declared-features')),
};

function wanted({ pod: { spec } }: PodInfo): string[] {
  const restartsAll = (c: Pick<Container, 'restartPolicyRules'>) =>
    c.restartPolicyRules?.some((r) => r.action === 'RestartAllContainers');
  const features: string[] = [];
  if ([...spec.containers, ...(spec.initContainers ?? [])].some(restartsAll)) {
    features.push('RestartAllContainersOnContainerExits');
  }
  if (spec.hostNetwork && spec.hostUsers === false) features.push('UserNamespacesHostNetworkSupport');
  return features;
}
