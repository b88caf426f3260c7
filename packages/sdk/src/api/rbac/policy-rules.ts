import { field, type FieldError, invalid, required } from '../../machinery/index.ts';
import type { PolicyRule } from './policy-rule.ts';

/** What the rules of a role must say. */
export function* policyRules(rules: readonly PolicyRule[] | null, namespaced: boolean): Iterable<FieldError> {
  for (const [i, rule] of (rules ?? []).entries()) {
    const at = field('rules').index(i);
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
    if (!verbs?.length) yield required(at.child('verbs'), 'verbs must contain at least one value');
    if (nonResourceURLs?.length) {
      const urls = at.child('nonResourceURLs');
      if (namespaced) yield invalid(urls, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs');
      if (apiGroups?.length || resources?.length || resourceNames?.length) {
        yield invalid(urls, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs');
      }
      continue;
    }
    if (!apiGroups?.length) yield required(at.child('apiGroups'), 'resource rules must supply at least one api group');
    if (!resources?.length) yield required(at.child('resources'), 'resource rules must supply at least one resource');
  }
}
