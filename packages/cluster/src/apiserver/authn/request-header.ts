import { certificateSubject, commonNameOf } from '@tiphys/sdk/api';
import type { ServerRequest } from '../context.ts';
import { BadCredentials, type RequestAuthenticator } from './known.ts';

type Headers = ServerRequest['headers'];

/** Names of headers by which a proxy in front says who asks. */
export interface UserHeaders {
  /** The first that says something counts, and so it is with the uid. */
  readonly username: readonly string[];
  readonly uid: readonly string[];
  readonly group: readonly string[];
  /** What follows is the name of an extra. */
  readonly extraPrefix: readonly string[];
}

/** By these upstream's API servers say it to others. */
export const standardUserHeaders: UserHeaders = {
  username: ['X-Remote-User'],
  uid: ['X-Remote-Uid'],
  group: ['X-Remote-Group'],
  extraPrefix: ['X-Remote-Extra-'],
};

/** Whose word on who asks is taken, and by which headers it is given. */
export interface FrontProxy {
  /** Who vouches for such proxies: PEM. */
  readonly ca: string;
  /** Common names of their certificates; any will do when there are none. */
  readonly allowedNames: readonly string[];
  readonly headers: UserHeaders;
}

/** A proxy in front, which has found out who asks and says so in headers (`--requestheader-*`). */
export function requestHeaders(
  { allowedNames, headers: wanted }: Omit<FrontProxy, 'ca'>,
  audiences: readonly string[],
): RequestAuthenticator {
  const lower = (names: readonly string[]) => names.map((n) => n.trim().toLowerCase());
  const username = lower(wanted.username);
  const uids = lower(wanted.uid);
  const groups = lower(wanted.group);
  const prefixes = lower(wanted.extraPrefix);
  // A connection shows the same certificate with every request.
  const refused = new WeakMap<Uint8Array, BadCredentials | null>();
  return ({ frontProxyCertificate, headers }) => {
    if (!frontProxyCertificate) return undefined;
    let problem = refused.get(frontProxyCertificate);
    if (problem === undefined) {
      refused.set(frontProxyCertificate, (problem = problemOf(frontProxyCertificate, allowedNames)));
    }
    if (problem) throw problem;
    const name = firstIn(headers, username);
    if (!name) return undefined;
    const user = {
      name,
      uid: firstIn(headers, uids),
      groups: groups.flatMap((g) => valuesOf(headers[g])),
      extra: extraIn(headers, prefixes),
    };
    return { user, audiences };
  };
}

function problemOf(der: Uint8Array, allowedNames: readonly string[]): BadCredentials | null {
  if (!allowedNames.length) return null;
  const name = commonNameOf({ subject: certificateSubject(der) });
  return allowedNames.includes(name)
    ? null
    : new BadCredentials(`x509: subject with cn=${name} is not in the allowed list`);
}

/** Node writes several headers of one name as one, and values as a character for each byte. */
const valuesOf = (value: Headers[string]): string[] =>
  [value ?? []]
    .flat()
    .flatMap((v) => v.split(', '))
    .filter(Boolean)
    .map(textOf);

const textOf = (value: string): string => Buffer.from(value, 'latin1').toString();

function firstIn(headers: Headers, names: readonly string[]): string {
  for (const name of names) {
    const value = [headers[name] ?? []].flat()[0];
    if (value) return textOf(value);
  }
  return '';
}

function extraIn(headers: Headers, prefixes: readonly string[]): Record<string, string[]> {
  const extra = new Map<string, string[]>();
  for (const prefix of prefixes) {
    for (const [header, value] of Object.entries(headers)) {
      if (!header.startsWith(prefix)) continue;
      const key = unescaped(header.slice(prefix.length));
      extra.set(key, [...(extra.get(key) ?? []), ...valuesOf(value)]);
    }
  }
  return Object.fromEntries(extra);
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // What isn't well escaped is taken as it stands.
    return key;
  }
}
