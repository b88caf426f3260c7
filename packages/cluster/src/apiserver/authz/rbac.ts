import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@tiphys/sdk/api';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { UserInfo } from '../context.ts';
import type { Registries } from '../registry/registries.ts';
import { type Action, noOpinion, type Verdict } from './authorizer.ts';
import type { PromptAuthorizer } from './promptly.ts';
import { ruleAllows } from './rule-allows.ts';

const group = 'rbac.authorization.k8s.io';
const rememberedDecisions = 8192;

/** What one binding gives one subject: rules that hold everywhere or in one namespace, or the role that is missing. */
interface Grant {
  /** Empty: everywhere. */
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
  /** `RoleBinding "b/ns" of Role "r" to User "u"`. */
  readonly source: string;
  readonly problem?: string;
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

  readonly authorize: PromptAuthorizer = (action) => {
    this.#refresh();
    const key = decisionKey(action);
    let verdict = this.#decided.get(key);
    if (!verdict) {
      verdict = this.#decide(action);
      if (this.#decided.size >= rememberedDecisions) this.#decided.clear();
      this.#decided.set(key, verdict);
    }
    return verdict;
  };

  /** Everything the user may do, everywhere and in the namespace; and what is wrong with the user's bindings. */
  rulesOf(user: UserInfo, namespace: string): { rules: readonly PolicyRule[]; problem: string } {
    this.#refresh();
    const grants = this.#grantsOf(user, namespace);
    return { rules: grants.flatMap((g) => g.rules), problem: problemOf(grants) };
  }

  #decide(action: Action): Verdict {
    const grants = this.#grantsOf(action.user, action.isResource ? action.namespace : '');
    const found = grants.find((g) => g.rules.some((r) => ruleAllows(r, action)));
    if (found) return { decision: 'allow', reason: `RBAC: allowed by ${found.source}` };
    const problem = problemOf(grants);
    return problem ? { decision: 'no opinion', reason: `RBAC: ${problem}` } : noOpinion;
  }

  /** Those that hold everywhere first, as upstream looks at them. */
  #grantsOf(user: UserInfo, namespace: string): readonly Grant[] {
    const subjects = [`User:${user.name}`, ...user.groups.map((g) => `Group:${g}`)];
    const all = subjects.flatMap((s) => this.#bySubject.get(s) ?? []);
    const wide = all.filter((g) => g.namespace === '');
    return namespace ? [...wide, ...all.filter((g) => g.namespace === namespace)] : wide;
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
    const rulesOf = (
      { kind, name }: { kind: string; name: string },
      namespace: string,
    ): Pick<Grant, 'rules' | 'problem'> => {
      const entry = kind === 'Role' ? roles.list({ namespace, name })[0] : clusterRoles.list({ name })[0];
      if (!entry) return { rules: [], problem: `${kind.toLowerCase()}.${group} ${JSON.stringify(name)} not found` };
      return { rules: (entry.object as unknown as Role | ClusterRole).rules ?? [] };
    };
    for (const { object, name } of clusterBindings.list({})) {
      const { roleRef, subjects } = object as unknown as ClusterRoleBinding;
      this.#grant(
        subjects,
        `ClusterRoleBinding ${JSON.stringify(name)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)}`,
        {
          namespace: '',
          ...rulesOf(roleRef, ''),
        },
      );
    }
    for (const { object, namespace, name } of bindings.list({})) {
      const { roleRef, subjects } = object as unknown as RoleBinding;
      this.#grant(
        subjects,
        `RoleBinding ${JSON.stringify(`${name}/${namespace}`)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)}`,
        {
          namespace,
          ...rulesOf(roleRef, namespace),
        },
      );
    }
  }

  #grant(subjects: readonly Subject[] | undefined, what: string, grant: Omit<Grant, 'source'>): void {
    for (const subject of subjects ?? []) {
      const namespace = subject.namespace || grant.namespace;
      const { kind, name } = subject;
      const isAccount = kind === 'ServiceAccount';
      const key = isAccount ? `User:system:serviceaccount:${namespace}:${name}` : `${kind}:${name}`;
      const source = `${what} to ${kind} ${JSON.stringify(isAccount ? `${name}/${namespace}` : name)}`;
      const own = this.#bySubject.get(key);
      if (own) own.push({ ...grant, source });
      else this.#bySubject.set(key, [{ ...grant, source }]);
    }
  }
}

function problemOf(grants: readonly Grant[]): string {
  const problems = [...new Set(grants.flatMap((g) => g.problem ?? []))];
  return problems.length > 1 ? `[${problems.join(', ')}]` : (problems[0] ?? '');
}

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
