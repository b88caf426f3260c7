import { StatusError } from '@tiphys/sdk/machinery';
import { type Action, type Authorizer, refusal } from '../authz/authorizer.ts';
import type { Filter, ServerRequest, UserInfo } from '../context.ts';

const extraPrefix = 'impersonate-extra-';

/** Lets one user act as another, where the authorizer allows `impersonate` of each part of that identity. */
export const impersonate =
  (authorizer: Authorizer): Filter =>
  async (c, next) => {
    const wanted = identityOf(c.request);
    if (!wanted) return next(c);
    for (const action of actionsOf(c.user, wanted)) {
      const { decision, reason } = authorizer(action);
      if (decision !== 'allow') throw refusal(action, reason);
    }
    return next({ ...c, user: completed(wanted) });
  };

interface Identity {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

function identityOf({ headers }: ServerRequest): Identity | undefined {
  const all = (name: string) =>
    [headers[name] ?? []]
      .flat()
      .flatMap((v) => String(v).split(/, */))
      .filter(Boolean);
  const name = String(headers['impersonate-user'] ?? '');
  const extra: Record<string, string[]> = {};
  for (const key of Object.keys(headers)) {
    if (key.startsWith(extraPrefix)) extra[decodeURIComponent(key.slice(extraPrefix.length))] = all(key);
  }
  const groups = all('impersonate-group');
  const uid = String(headers['impersonate-uid'] ?? '');
  if (!name && !groups.length && !uid && !Object.keys(extra).length) return undefined;
  if (!name) {
    throw new StatusError(
      500,
      'InternalError',
      'Internal error occurred: requested [{UID  ' +
        uid +
        '  authentication.k8s.io/v1  }] without impersonating a user',
    );
  }
  return { name, uid, groups, extra };
}

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

function* actionsOf(user: UserInfo, { name, uid, groups, extra }: Identity): Iterable<Action> {
  const base = { user, verb: 'impersonate', isResource: true, group: '', subresource: '', namespace: '', path: '' };
  const account = serviceAccount.exec(name);
  if (account) yield { ...base, resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! };
  else yield { ...base, resource: 'users', name };
  for (const g of groups) yield { ...base, resource: 'groups', name: g };
  for (const [key, values] of Object.entries(extra)) {
    for (const v of values)
      yield { ...base, group: 'authentication.k8s.io', resource: 'userextras', subresource: key, name: v };
  }
  if (uid) yield { ...base, group: 'authentication.k8s.io', resource: 'uids', name: uid };
}

/** Upstream adds the groups that such a user would have had by itself. */
function completed({ name, uid, groups, extra }: Identity): UserInfo {
  const account = serviceAccount.exec(name);
  const all = [...groups];
  const add = (g: string) => void (all.includes(g) || all.push(g));
  if (account && !groups.length) {
    add('system:serviceaccounts');
    add(`system:serviceaccounts:${account[1]}`);
  }
  add(name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated');
  return { name, uid, groups: all, extra };
}
