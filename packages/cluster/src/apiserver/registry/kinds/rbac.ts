import type { ClusterRole, PolicyRule, RoleBinding, RoleRef } from '@tiphys/sdk/api';
import { equal, forbidden, type KubeObject, notFound } from '@tiphys/sdk/machinery';
import type { Authorizer } from '../../authz/authorizer.ts';
import { describeRules, missingRules, quotedList } from '../../authz/covers.ts';
import type { UserInfo } from '../../context.ts';
import type { KindHooks } from '../kind-hooks.ts';
import type { Registries } from '../registries.ts';
import type { WriteRequest } from '../requests.ts';
import type { Resource } from '../resource.ts';

const group = 'rbac.authorization.k8s.io';

export interface RbacHookDeps {
  readonly authorizer: Authorizer;
  /** Everything the user may do in a namespace, and what is wrong with the user's bindings. */
  readonly rulesOf: (user: UserInfo, namespace: string) => { rules: readonly PolicyRule[]; problem: string };
  readonly registries: () => Registries;
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Nobody writes a role that says more than they may do themselves, unless they may `escalate`. */
export function roleHooks(resource: Resource, deps: RbacHookDeps): KindHooks {
  const check = async (next: KubeObject, old: KubeObject | undefined, request: WriteRequest): Promise<undefined> => {
    const name = next.metadata.name ?? '';
    if (isMaster(request.user) || (await may('escalate', resource, { name, request, deps }))) return;
    if (old && changesOnlyGarbage(next, old)) return;
    const role = next as unknown as ClusterRole;
    const problem = lacking(role.rules ?? [], request, deps);
    if (problem) throw forbidden(resource, name, problem);
    const aggregates = role.aggregationRule ?? (old as unknown as ClusterRole | undefined)?.aggregationRule;
    if (aggregates && lacking(everything, request, deps)) {
      throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule');
    }
  };
  return {
    beforeCreate: (object, request) => check(object, undefined, request),
    beforeUpdate: check,
  };
}

/** Nobody binds a role that says more than they may do themselves, unless they may `bind` it. */
export function bindingHooks(resource: Resource, deps: RbacHookDeps): KindHooks {
  const check = async (next: KubeObject, old: KubeObject | undefined, request: WriteRequest): Promise<undefined> => {
    const { roleRef } = next as unknown as RoleBinding;
    if (isMaster(request.user) || (old && changesOnlyGarbage(next, old))) return;
    const role = { group, resource: roleRef.kind === 'Role' ? 'roles' : 'clusterroles' };
    if (await may('bind', role, { name: roleRef.name, request, deps })) return;
    const problem = lacking(rulesOfRole(roleRef, { resource, request, deps }), request, deps);
    if (problem) throw forbidden(resource, next.metadata.name ?? '', problem);
  };
  return {
    beforeCreate: (object, request) => check(object, undefined, request),
    beforeUpdate: check,
  };
}

const isMaster = ({ groups }: UserInfo): boolean => groups.includes('system:masters');

interface Asked {
  readonly name: string;
  readonly request: WriteRequest;
  readonly deps: RbacHookDeps;
}

async function may(verb: string, { resource }: { resource: string }, { name, request, deps }: Asked): Promise<boolean> {
  const { user, namespace } = request;
  const action = {
    user,
    verb,
    isResource: true,
    group,
    resource,
    subresource: '',
    namespace,
    name,
    path: '',
    version: '*',
  };
  return (await deps.authorizer(action)).decision === 'allow';
}

/** The garbage collector may let go of what it cleans up, whatever that says. */
function changesOnlyGarbage(next: KubeObject, old: KubeObject): boolean {
  const rest = (o: KubeObject) => {
    const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...metadata } = o.metadata;
    const { apiVersion: _a, kind: _k, ...others } = o;
    return { ...others, metadata };
  };
  return equal(rest(next), rest(old));
}

function rulesOfRole(
  { kind, name }: RoleRef,
  { resource, request: { namespace }, deps: { registries } }: Omit<Asked, 'name'> & { resource: Resource },
): readonly PolicyRule[] {
  const found = registries()
    .find(group, 'v1', kind === 'Role' ? 'roles' : 'clusterroles')!
    .find(kind === 'Role' ? namespace : '', name);
  // Upstream speaks of what is written, the binding, under the name of what it looked for.
  if (!found) throw notFound(resource, name);
  return (found.object as unknown as ClusterRole).rules ?? [];
}

/** What somebody who gives away these rights doesn't have of them, in upstream's words. */
function lacking(wanted: readonly PolicyRule[], { user, namespace }: WriteRequest, deps: RbacHookDeps) {
  const { rules, problem } = deps.rulesOf(user, namespace);
  const missing = describeRules(missingRules(rules, wanted));
  if (!missing.length) return undefined;
  const who = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)})`;
  const told = `${who} is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`;
  return problem ? `${told}; resolution errors: [${problem}]` : told;
}
