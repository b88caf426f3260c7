import type { OutgoingHttpHeaders } from 'node:http';
import type { UserHeaders } from '../authn/index.ts';
import type { UserInfo } from '../context.ts';
import { passedOn } from '../nodes/exchange.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A user as the headers say it. */
export function userHeaders({ name, uid, groups, extra }: UserInfo): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = { 'x-remote-user': bytesOf(name) };
  if (uid) out['x-remote-uid'] = bytesOf(uid);
  if (groups.length) out['x-remote-group'] = groups.map(bytesOf);
  for (const [key, values] of Object.entries(extra)) {
    if (values.length) out[`x-remote-extra-${escapedKey(key)}`] = values.map(bytesOf);
  }
  return out;
}

/** Node writes a character as one byte: these are those of UTF-8, as Go writes them. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** What no header's name may have in it, and what would be read as such, is escaped as in URLs. */
const escapedKey = (key: string): string =>
  bytesOf(key).replace(
    /[^!#$&'*+.^_`|~0-9A-Za-z-]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

/** Whether a header is one by which a proxy in front says who asks. Names are in lower case. */
export const saysWhoAsks = (all: readonly UserHeaders[]): ((name: string) => boolean) => {
  const lower = (names: (h: UserHeaders) => readonly string[]) => all.flatMap(names).map((n) => n.toLowerCase());
  const exact = new Set([...lower((h) => h.username), ...lower((h) => h.uid), ...lower((h) => h.group)]);
  const prefixes = lower((h) => h.extraPrefix);
  return (name) => exact.has(name) || prefixes.some((p) => name.startsWith(p));
};

export interface Forwarding {
  readonly headers: Headers;
  readonly user: UserInfo;
  readonly auditId: string;
  readonly remoteAddress?: string | undefined;
  /** `host:port` of the other server. */
  readonly host: string;
  /** The path without its query. */
  readonly path: string;
  readonly isUpgrade: boolean;
  /** What a client could say of who it is, and may not. */
  readonly isIdentity: (name: string) => boolean;
}

/** What a request's headers become on its way to the server that serves it. */
export function forwardedHeaders(of: Forwarding): OutgoingHttpHeaders {
  const { headers, user, auditId, remoteAddress, host, path, isUpgrade, isIdentity } = of;
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !isIdentity(name)));
  const before = [headers['x-forwarded-for'] ?? []].flat();
  const forwardedFor = [...before, ...(remoteAddress ? [remoteAddress] : [])].join(', ');
  return {
    ...passedOn(own, isUpgrade ? ['connection', 'upgrade'] : []),
    host,
    ...(auditId && { 'audit-id': auditId }),
    ...(forwardedFor && { 'x-forwarded-for': forwardedFor }),
    // Upstream's direct way for what is upgraded leaves these out.
    ...(!isUpgrade && { 'x-forwarded-host': host, 'x-forwarded-proto': 'https', 'x-forwarded-uri': path }),
    ...userHeaders(user),
  };
}
