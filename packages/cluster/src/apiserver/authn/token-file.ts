import { readFileSync } from 'node:fs';
import type { UserInfo } from '../context.ts';
import { type Known, ownOf, type TokenAuthenticator, withAuthenticated } from './known.ts';

/** `--token-auth-file`: a CSV of token, user, uid and, quoted when there are several, groups. Read once, as upstream does. */
export function tokenFile(path: string, ownAudiences: readonly string[]): TokenAuthenticator {
  const users = parseTokens(readFileSync(path, 'utf8'), path);
  const here = new Map<string, Known>();
  for (const [token, user] of users) here.set(token, { user: withAuthenticated(user), audiences: ownAudiences });
  return (token, wanted) => {
    const known = here.get(token);
    if (!known || wanted === ownAudiences) return known;
    // They are for this server, and say nothing to others.
    const audiences = ownOf(wanted, ownAudiences);
    return audiences.length ? { ...known, audiences } : undefined;
  };
}

function parseTokens(csv: string, path: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const [i, line] of csv.split('\n').entries()) {
    if (!line.trim() || line.startsWith('#')) continue;
    const [token = '', name = '', uid = '', groups = ''] = columns(line);
    if (!token || !name) throw new Error(`${path}:${i + 1}: a line is token,user,uid[,"group1,group2"]`);
    users.set(token, { name, uid, groups: groups ? groups.split(',').map((g) => g.trim()) : [], extra: {} });
  }
  return users;
}

function columns(line: string): string[] {
  const out: string[] = [];
  for (const m of line.trim().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    out.push((m[1] ?? m[2] ?? '').replaceAll('""', '"').trim());
  return out;
}
