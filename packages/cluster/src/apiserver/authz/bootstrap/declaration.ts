import type {
  ClusterRoleBindingManifest,
  ClusterRoleManifest,
  PolicyRuleManifest,
  RoleBindingManifest,
  RoleManifest,
} from '@tiphys/sdk/api';

const bootstrapped = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};
const rbac = 'rbac.authorization.k8s.io';

export type IsOpen = (gate: string) => boolean;
/** What is there or not, and what there is of it, by the feature gates that are open. */
export type Gated<T> = (isOpen: IsOpen) => T | undefined;

/**
 * A cluster role. A rule is a line of `verbs groups resources [names]`, lists separated by commas, the core group called
 * `core`; or `verbs url paths`. One that is only there with feature gates ends with `?Gate&Gate`.
 */
export const role =
  (
    name: string,
    rules: string,
    {
      labels,
      aggregates,
      gates = '',
    }: { labels?: Record<string, string>; aggregates?: readonly string[]; gates?: string } = {},
  ): Gated<ClusterRoleManifest> =>
  (isOpen) => {
    if (!areOpen(gates, isOpen)) return undefined;
    const clusterRoleSelectors = aggregates?.map((label) => ({ matchLabels: { [label]: 'true' } }));
    return {
      metadata: { name, ...bootstrapped, labels: { ...bootstrapped.labels, ...labels } },
      rules: rulesOf(rules, isOpen),
      ...(clusterRoleSelectors && { aggregationRule: { clusterRoleSelectors } }),
    };
  };

const areOpen = (gates: string, isOpen: IsOpen): boolean => gates.split('&').every((gate) => !gate || isOpen(gate));

export const namespaceRole = (namespace: string, name: string, rules: string): RoleManifest => ({
  metadata: { namespace, name, ...bootstrapped },
  rules: rulesOf(rules, () => true),
});

/** `roleRef` and subjects as `Kind/name` and `Kind:name`, a service account as `ServiceAccount:namespace/name`. */
export function binding(
  name: string,
  roleRef: string,
  subjects: readonly string[],
  namespace?: string,
): ClusterRoleBindingManifest & RoleBindingManifest {
  const [kind = '', roleName = ''] = roleRef.split('/');
  return {
    metadata: { name, ...(namespace && { namespace }), ...bootstrapped },
    roleRef: { apiGroup: rbac, kind, name: roleName },
    subjects: subjects.map(subjectOf),
  };
}

function subjectOf(text: string) {
  const at = text.indexOf(':');
  const [kind, name] = [text.slice(0, at), text.slice(at + 1)];
  if (kind !== 'ServiceAccount') return { kind, name, apiGroup: rbac };
  const [namespace = '', account = ''] = name.split('/');
  return { kind, name: account, namespace };
}

function rulesOf(text: string, isOpen: IsOpen): PolicyRuleManifest[] {
  const lines = text.split('\n').map((l) => l.trim());
  return lines.filter(Boolean).flatMap((line): PolicyRuleManifest[] => {
    const [rule = '', gates = ''] = line.split(' ?');
    if (!areOpen(gates, isOpen)) return [];
    const [verbs = '', groups = '', resources = '', names] = rule.split(' ');
    const list = (s: string) => s.split(',');
    if (groups === 'url') return [{ verbs: list(verbs), nonResourceURLs: list(resources) }];
    return [
      {
        verbs: list(verbs),
        apiGroups: list(groups).map((g) => (g === 'core' ? '' : g)),
        resources: list(resources),
        ...(names && { resourceNames: list(names) }),
      },
    ];
  });
}
