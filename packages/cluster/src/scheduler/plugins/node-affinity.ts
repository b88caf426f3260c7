import type { NodeSelectorTerm, PreferredSchedulingTerm } from '@tiphys/sdk/api';
import { normalizeByMax, type SchedulerPlugin, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { matchesNodeSelector, matchesTerm, termProblems } from '../node-selector.ts';
import type { PodInfo } from '../pod-info.ts';

export const nodeAffinity: SchedulerPlugin<undefined, readonly PreferredSchedulingTerm[]> = {
  name: 'NodeAffinity',
  weight: 2,
  preFilter({ pod }) {
    const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    if (!terms && !pod.spec.nodeSelector) return { skip: true };
    const nodeNames = terms?.length ? namedNodes(terms) : undefined;
    if (nodeNames?.size === 0) return { refused: unresolvable('pod affinity terms conflict') };
    return nodeNames ? { nodeNames } : {};
  },
  filter(pod, node) {
    return chooses(pod, node) ? undefined : unresolvable("node(s) didn't match Pod's node affinity/selector");
  },
  preScore({ pod }) {
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    if (!preferred?.length) return undefined;
    const problems = preferred.flatMap((t, i) => (t.weight ? termProblems(t.preference, i) : []));
    if (problems.length) throw new Error(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
    return preferred;
  },
  score(_pod, { node }, preferred) {
    let sum = 0;
    for (const { weight, preference } of preferred) if (weight && matchesTerm(preference, node)) sum += weight;
    return sum;
  },
  normalize: (scores) => normalizeByMax(scores, false),
  helps: (pod, event) =>
    (event.type === 'node-added' && chooses(pod, event.node)) ||
    (event.type === 'node-updated' && chooses(pod, event.node) && !chooses(pod, event.old)),
};

function chooses({ pod }: PodInfo, { node, labels }: NodeInfo): boolean {
  const { nodeSelector, affinity } = pod.spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    Object.entries(nodeSelector ?? {}).every(([k, v]) => Object.hasOwn(labels, k) && labels[k] === v) &&
    (!required || matchesNodeSelector(required, node))
  );
}

/** The only nodes in question, when every alternative names them by `metadata.name`; none when they contradict themselves. */
function namedNodes(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let own: Set<string> | undefined;
    for (const r of matchFields) {
      if (r.key !== 'metadata.name' || r.operator !== 'In') continue;
      const values = new Set(r.values);
      own = own ? new Set([...own].filter((v) => values.has(v))) : values;
    }
    if (!own) return undefined;
    for (const n of own) names.add(n);
  }
  return names;
}
