import { badRequest } from '@tiphys/sdk/machinery';
import { actionOf, type Authorizer } from '../authz/authorizer.ts';
import { type Identity, Impersonation } from '../authz/impersonation.ts';
import type { Filter, ServerRequest, UserInfo } from '../context.ts';

const extraPrefix = 'impersonate-extra-';

/** Lets one user act as another, where the authorizer allows it. */
export function impersonate(authorizer: Authorizer): Filter {
  const impersonation = new Impersonation(authorizer);
  return (c, next) => {
    if (!asks(c.request)) return next(c);
    // Until it turns out that they may.
    c.isTurnedAway = true;
    const wanted = identityOf(c.request);
    if (!wanted) {
      c.isTurnedAway = false;
      return next(c);
    }
    const check = () => impersonation.check(c.user, wanted, actionOf(c.user, c.info, c.query));
    return (c.audit ? c.audit.timed('impersonation', check) : check()).then(({ groups = [], constraint = '' }) => {
      const user = completed({ ...wanted, groups: [...wanted.groups, ...groups] });
      c.audit?.impersonated(user, constraint);
      c.user = user;
      c.isTurnedAway = false;
      return next(c);
    });
  };
}

/** Hardly anybody does. */
function asks({ headers }: ServerRequest): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

function identityOf({ headers }: ServerRequest): Identity | undefined {
  const all = (name: string) =>
    [headers[name] ?? []]
      .flat()
      .flatMap((v) => String(v).split(', '))
      .filter(Boolean);
  const name = String(headers['impersonate-user'] ?? '');
  const extra: Record<string, string[]> = {};
  for (const key of Object.keys(headers)) {
    if (key.startsWith(extraPrefix)) extra[unescaped(key.slice(extraPrefix.length))] = all(key);
  }
  const groups = all('impersonate-group');
  const uid = String(headers['impersonate-uid'] ?? '');
  if (!name && !groups.length && !uid && !Object.keys(extra).length) return undefined;
  const wanted = { name, uid, groups, extra };
  if (!name) throw badRequest(`requested ${goText(wanted)} without impersonating a user name`);
  return wanted;
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // Not escaped after all: older clients send keys as they are.
    return key;
  }
}

/** As Go prints a user: this text is all that tells a client what it forgot. */
function goText({ uid, groups, extra }: Identity): string {
  const strings = (list: readonly string[]) => `[]string{${list.map((v) => JSON.stringify(v)).join(', ')}}`;
  const keys = Object.keys(extra).sort();
  const map = keys.map((k) => `${JSON.stringify(k)}:${strings(extra[k]!)}`).join(', ');
  return `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:${groups.length ? strings(groups) : '[]string(nil)'}, Extra:map[string][]string${keys.length ? `{${map}}` : '(nil)'}}`;
}

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Upstream adds the groups that such a user would have had by itself. */
function completed({ name, uid, groups, extra }: Identity): UserInfo {
  const account = serviceAccount.exec(name);
  const all = [...groups];
  const add = (g: string) => void (all.includes(g) || all.push(g));
  if (account && !groups.length) {
    add('system:serviceaccounts');
    add(`system:serviceaccounts:${account[1]}`);
  }
  if (name === 'system:anonymous') add('system:unauthenticated');
  else if (!all.includes('system:unauthenticated')) add('system:authenticated');
  return { name, uid, groups: all, extra };
}
