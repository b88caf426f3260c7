import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@tiphys/sdk/api';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { UserInfo } from '../context.ts';
import type { Registries } from '../registry/registries.ts';
import type { Action, Authorizer, Verdict } from './authorizer.ts';

const group = 'rbac.authorization.k8s.io';
const allowed: Verdict = { decision: 'allow', reason: '' };
const silent: Verdict = { decision: 'no opinion', reason: '' };

/** Rules that hold for somebody, everywhere or in one namespace. */
export interface Grant {
  /** Empty: everywhere. */
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
}

/** Role-based access: what the stored roles and bindings allow. The index is made again when any of them has changed. */
export class Rbac {
  readonly #registries: () => Registries;
  #caches: readonly WatchCache[] | undefined;
  #madeAt = -1;
  #bySubject = new Map<string, Grant[]>();
  #decided = new Map<string, Verdict>();

  constructor(registries: () => Registries) {
    this.#registries = registries;
  }

  readonly authorize: Authorizer = (action) => {
    this.#refresh();
    const key = decisionKey(action);
    let verdict = this.#decided.get(key);
    if (!verdict) {
      const allows = this.#grantsOf(action.user).some(
        (g) =>
          (g.namespace === '' || (action.isResource && g.namespace === action.namespace)) &&
          g.rules.some((r) => ruleAllows(r, action)),
      );
      verdict = allows ? allowed : silent;
      if (this.#decided.size >= rememberedDecisions) this.#decided.clear();
      this.#decided.set(key, verdict);
    }
    return verdict;
  };

  /** Everything the user may do, everywhere and in the namespace. */
  rulesOf(user: UserInfo, namespace: string): readonly PolicyRule[] {
    this.#refresh();
    return this.#grantsOf(user)
      .filter((g) => g.namespace === '' || g.namespace === namespace)
      .flatMap((g) => g.rules);
  }

  #grantsOf(user: UserInfo): readonly Grant[] {
    const subjects = [`User:${user.name}`, ...user.groups.map((g) => `Group:${g}`)];
    return subjects.flatMap((s) => this.#bySubject.get(s) ?? []);
  }

  #refresh(): void {
    const registries = this.#registries();
    this.#caches ??= ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map(
      (plural) => registries.find(group, 'v1', plural)!.cache,
    );
    const changed = Math.max(...this.#caches.map((c) => c.lastChange));
    if (changed === this.#madeAt) return;
    this.#madeAt = changed;
    this.#decided.clear();
    this.#bySubject = new Map();
    const [clusterRoles, clusterBindings, roles, bindings] = this.#caches as [
      WatchCache,
      WatchCache,
      WatchCache,
      WatchCache,
    ];
    const rulesOf = (ref: { kind: string; name: string }, namespace: string): readonly PolicyRule[] => {
      const entry =
        ref.kind === 'Role' ? roles.list({ namespace, name: ref.name })[0] : clusterRoles.list({ name: ref.name })[0];
      return (entry?.object as unknown as Role | ClusterRole | undefined)?.rules ?? [];
    };
    for (const { object } of clusterBindings.list({})) {
      const { roleRef, subjects } = object as unknown as ClusterRoleBinding;
      this.#grant(subjects, { namespace: '', rules: rulesOf(roleRef, '') });
    }
    for (const { object, namespace } of bindings.list({})) {
      const { roleRef, subjects } = object as unknown as RoleBinding;
      this.#grant(subjects, { namespace, rules: rulesOf(roleRef, namespace) });
    }
  }

  #grant(subjects: readonly Subject[] | undefined, grant: Grant): void {
    if (!grant.rules.length) return;
    for (const { kind, name, namespace } of subjects ?? []) {
      const key =
        kind === 'ServiceAccount'
          ? `User:system:serviceaccount:${namespace || grant.namespace}:${name}`
          : `${kind}:${name}`;
      const own = this.#bySubject.get(key);
      if (own) own.push(grant);
      else this.#bySubject.set(key, [grant]);
    }
  }
}

const rememberedDecisions = 8192;

const decisionKey = (a: Action): string =>
  [
    a.user.name,
    a.user.groups.join(','),
    a.verb,
    a.group,
    a.resource,
    a.subresource,
    a.namespace,
    a.name,
    a.isResource ? '' : a.path,
  ].join('\0');

const covers = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

export function ruleAllows(rule: PolicyRule, action: Action): boolean {
  if (!covers(rule.verbs, action.verb)) return false;
  if (!action.isResource) return rule.nonResourceURLs?.some((u) => urlCovers(u, action.path)) ?? false;
  if (!covers(rule.apiGroups, action.group)) return false;
  if (rule.resourceNames?.length && !rule.resourceNames.includes(action.name)) return false;
  const { resource, subresource } = action;
  const wanted = subresource ? `${resource}/${subresource}` : resource;
  return (
    covers(rule.resources, wanted) || (subresource !== '' && (rule.resources?.includes(`*/${subresource}`) ?? false))
  );
}

const urlCovers = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
