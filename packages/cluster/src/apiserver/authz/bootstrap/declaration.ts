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

/**
 * A cluster role. A rule is a line of `verbs groups resources [names]`, lists separated by commas, the core group called
 * `core`; or `verbs url paths`.
 */
export function role(
  name: string,
  rules: string,
  options: { labels?: Record<string, string>; aggregates?: readonly string[] } = {},
): ClusterRoleManifest {
  const { labels, aggregates } = options;
  const clusterRoleSelectors = aggregates?.map((label) => ({ matchLabels: { [label]: 'true' } }));
  return {
    metadata: { name, ...bootstrapped, labels: { ...bootstrapped.labels, ...labels } },
    rules: rulesOf(rules),
    ...(clusterRoleSelectors && { aggregationRule: { clusterRoleSelectors } }),
  };
}

export const namespaceRole = (namespace: string, name: string, rules: string): RoleManifest => ({
  metadata: { namespace, name, ...bootstrapped },
  rules: rulesOf(rules),
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

function rulesOf(text: string): PolicyRuleManifest[] {
  const lines = text.split('\n').map((l) => l.trim());
  return lines.filter(Boolean).map((line) => {
    const [verbs = '', groups = '', resources = '', names] = line.split(' ');
    const list = (s: string) => s.split(',');
    if (groups === 'url') return { verbs: list(verbs), nonResourceURLs: list(resources) };
    return {
      verbs: list(verbs),
      apiGroups: list(groups).map((g) => (g === 'core' ? '' : g)),
      resources: list(resources),
      ...(names && { resourceNames: list(names) }),
    };
  });
}
