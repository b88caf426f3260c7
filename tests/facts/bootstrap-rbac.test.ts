import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bootstrapPolicy } from 'tiphys/apiserver';

interface Role {
  readonly name: string;
  readonly namespace?: string;
  readonly rules: readonly object[];
  readonly labels?: Record<string, string>;
  readonly aggregateTo?: readonly Record<string, string>[];
}
interface Binding {
  readonly name: string;
  readonly namespace?: string;
  readonly roleRef: string;
  readonly subjects: readonly string[];
}
interface Facts {
  readonly commonMeta: { label: Record<string, string>; annotation: Record<string, string> };
  readonly clusterRoles: readonly Role[];
  readonly controllerClusterRoles: readonly Role[];
  readonly clusterRolesWithAllFeatureGates: readonly (Pick<Role, 'name'> & Partial<Role> & { added?: object[] })[];
  readonly clusterRoleBindings: readonly Binding[];
  readonly controllerClusterRoleBindings: readonly Binding[];
  readonly namespaceRoles: readonly Role[];
  readonly namespaceRoleBindings: readonly Binding[];
}

/** What the published policy has of the distribution that it was read from: an upstream kube-apiserver 1.36.3 doesn't have it. */
function withoutDistributors(facts: Facts): Facts {
  const isTheirs = ({ name }: { name: string }) => name === 'system:controller:service-ca-cert-publisher';
  const rules: Readonly<Record<string, string>> = {
    'system:controller:endpointslice-controller': '"endpointslices/restricted"',
    'system:controller:endpointslicemirroring-controller': '"endpointslices/restricted"',
    'system:controller:selinux-warning-controller': '"configmaps"',
  };
  const upstreams = (role: Role): Role => {
    const theirs = rules[role.name];
    return theirs ? { ...role, rules: role.rules.filter((rule) => !JSON.stringify(rule).includes(theirs)) } : role;
  };
  return {
    ...facts,
    controllerClusterRoles: facts.controllerClusterRoles.filter((r) => !isTheirs(r)).map(upstreams),
    controllerClusterRoleBindings: facts.controllerClusterRoleBindings.filter((b) => !isTheirs(b)),
  };
}

const source = new URL('../../../../shared/facts/bootstrap-rbac.json', import.meta.url);

if (!existsSync(source)) {
  test('bootstrap roles', { skip: 'the published policy is not beside this checkout (../shared/facts)' });
} else {
  const facts = withoutDistributors(JSON.parse(readFileSync(source, 'utf8')) as Facts);
  const common = { labels: facts.commonMeta.label, annotations: facts.commonMeta.annotation };

  const metadata = ({ name, namespace, labels }: Pick<Role, 'name' | 'namespace' | 'labels'>) => ({
    name,
    ...(namespace && { namespace }),
    annotations: common.annotations,
    labels: { ...common.labels, ...labels },
  });
  const role = (r: Role) => ({
    metadata: metadata(r),
    rules: r.rules,
    ...(r.aggregateTo && {
      aggregationRule: { clusterRoleSelectors: r.aggregateTo.map((matchLabels) => ({ matchLabels })) },
    }),
  });
  const subject = (text: string) => {
    const [, kind = '', namespace, name = ''] = /^(\w+):(?:([^/]*)\/)?(.*)$/.exec(text)!;
    // Names of users and groups have no namespace, whatever stands in them.
    if (kind !== 'ServiceAccount') return { kind, name: text.slice(kind.length + 1), apiGroup };
    return { kind, name, namespace };
  };
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding = (b: Binding) => {
    const [kind = '', ...name] = b.roleRef.split('/');
    return {
      metadata: metadata(b),
      roleRef: { apiGroup, kind, name: name.join('/') },
      subjects: b.subjects.map(subject),
    };
  };

  const compare = (what: string, ours: readonly { metadata?: object }[], theirs: readonly { metadata: object }[]) => {
    const key = (o: { metadata?: object }) => {
      const { name, namespace } = o.metadata as { name: string; namespace?: string };
      return `${namespace ? `${namespace}/` : ''}${name}`;
    };
    const own = new Map(ours.map((o) => [key(o), o]));
    test(`${what}: the same ones`, () => assert.deepEqual([...own.keys()].toSorted(), theirs.map(key).toSorted()));
    for (const wanted of theirs) {
      test(`${what} ${key(wanted)}`, () => assert.deepEqual(own.get(key(wanted)), wanted));
    }
  };
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = bootstrapPolicy();
  compare('cluster role', clusterRoles, [...facts.clusterRoles, ...facts.controllerClusterRoles].map(role));
  compare(
    'cluster role binding',
    clusterRoleBindings,
    [...facts.clusterRoleBindings, ...facts.controllerClusterRoleBindings].map(binding),
  );
  const everyGate = { has: () => true } as unknown as ReadonlySet<string>;
  const withAll = new Map(bootstrapPolicy(everyGate).clusterRoles.map((r) => [r.metadata?.name, r.rules ?? []]));
  for (const { name, added, rules } of facts.clusterRolesWithAllFeatureGates) {
    test(`with all gates open: ${name}`, () => {
      const own = withAll.get(name)!.map((r) => JSON.stringify(r));
      for (const rule of added ?? rules ?? []) assert.ok(own.includes(JSON.stringify(rule)), JSON.stringify(rule));
    });
  }
  compare('role', roles, facts.namespaceRoles.map(role));
  compare('role binding', roleBindings, facts.namespaceRoleBindings.map(binding));
}
