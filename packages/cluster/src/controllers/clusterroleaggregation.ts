import { clusterRole, type ClusterRole, type PolicyRule } from '@tiphys/sdk/api';
import { equal, labelSelectorOf } from '@tiphys/sdk/machinery';
import { defineController, watch } from '@tiphys/sdk/operator';

/** Fills roles that are made of others (`admin`, `edit`, `view` and users' own) with the others' rules. */
export const clusterRoleAggregationController = defineController({
  name: 'clusterrole-aggregation',
  component: 'clusterrole-aggregation-controller',
  for: clusterRole,
  predicate: (next) => next?.aggregationRule !== undefined,
  watches: [
    watch(clusterRole, (_next, _old, cache) =>
      cache
        .list(clusterRole)
        .filter((r) => r.aggregationRule)
        .map((r) => r.metadata.name!),
    ),
  ],

  async reconcile(role, { client, cache, signal }) {
    if (!role.aggregationRule) return;
    const rules = aggregated(role, cache.list(clusterRole));
    if (!equal(rules, role.rules ?? [])) await client.update(clusterRole, { ...role, rules }, { signal });
  },
});

/** The rules of every role that a selector chooses, selector by selector, by name, each once. */
export function aggregated(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const byName = roles.toSorted((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const selector of (role.aggregationRule?.clusterRoleSelectors ?? []).map(labelSelectorOf)) {
    for (const other of byName) {
      if (other.metadata.name === role.metadata.name || !selector.matches(other.metadata.labels ?? {})) continue;
      for (const rule of other.rules ?? []) if (!rules.some((r) => equal(r, rule))) rules.push(rule);
    }
  }
  return rules;
}
