import { quoted } from './json/print-value.ts';
import { parseNetipAddress } from './netip.ts';

/** A URL as upstream takes it apart. */
export interface GoUrl {
  readonly scheme: string;
  /** What follows a scheme without a slash. */
  readonly opaque: string;
  readonly user: string | undefined;
  /** Without escapes; with the port. */
  readonly host: string;
  /** As it was written. */
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

interface GoUrlOptions {
  /** Only what a request line may name: an absolute URL or path, a fragment being part of either. */
  readonly request?: boolean;
}

/** Takes a URL apart as Go does; throws an `Error` in Go's words for what is none. Much passes that a browser would refuse. */
export function parseGoUrl(text: string, { request = false }: GoUrlOptions = {}): GoUrl {
  const fail = (why: string): never => {
    throw new Error(`parse ${quoted(text)}: ${why}`);
  };
  const [whole, fragment] = request ? [text, ''] : cut(text, '#');
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(whole)) fail('net/url: invalid control character in URL');
  if (!whole && request) fail('empty url');
  if (whole.startsWith(':')) fail('missing protocol scheme');
  const said = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(whole)?.[1] ?? '';
  const scheme = said.toLowerCase();
  const [rest, query] = cut(said ? whole.slice(said.length + 1) : whole, '?');
  const none = { scheme, opaque: '', user: undefined, host: '', query, fragment };
  if (whole === '*') return { ...none, path: '*' };
  if (!rest.startsWith('/')) {
    if (scheme) return { ...none, opaque: rest, path: '' };
    if (request) fail('invalid URI for request');
    if (cut(rest, '/')[0].includes(':')) fail('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!request && !rest.startsWith('///')));
  const slash = hasAuthority ? rest.indexOf('/', 2) : 0;
  const authority = hasAuthority ? rest.slice(2, slash === -1 ? undefined : slash) : '';
  const path = slash === -1 ? '' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const user = at === -1 ? undefined : authority.slice(0, at);
  const host = authority.slice(at + 1);
  const problem =
    hostProblem(host, scheme) ??
    (user !== undefined && /[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/.test(user) ? 'net/url: invalid userinfo' : undefined) ??
    escapeProblem(user ?? '') ??
    escapeProblem(path) ??
    escapeProblem(fragment);
  if (problem) fail(problem);
  return { ...none, user, host: unescaped(host), path };
}

/** The path with escapes where it needs them, and those that were written. */
export function escapedPath({ path }: GoUrl): string {
  if (path === '*' || /^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]%/]*$/.test(path)) return path;
  return escapedBytes(unescaped(path), /[A-Za-z0-9\-_.~$&+,/:;=@]/);
}

/** Host without port or brackets. */
export const hostnameOf = (url: GoUrl): string => hostAndPort(url)[0].replace(/^\[(.*)\]$/s, '$1');

export const portOf = (url: GoUrl): string => hostAndPort(url)[1];

function hostAndPort({ host }: GoUrl): [host: string, port: string] {
  const colon = host.lastIndexOf(':');
  return colon >= 0 && /^\d*$/.test(host.slice(colon + 1)) ? [host.slice(0, colon), host.slice(colon + 1)] : [host, ''];
}

/** The query's values by key, each list in the order written; what can't be read is left out. */
export function queryOf({ query }: GoUrl): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (!part || part.includes(';')) continue;
    const [key, value] = cut(part, '=');
    if (escapeProblem(key) ?? escapeProblem(value)) continue;
    const name = unescaped(key.replaceAll('+', ' '));
    const all = values.get(name) ?? [];
    all.push(unescaped(value.replaceAll('+', ' ')));
    values.set(name, all);
  }
  return values;
}

/** The URL put together again, each part escaped the usual way. */
export function goUrlText(url: GoUrl): string {
  const { scheme, opaque, user, host, query, fragment } = url;
  const path = escapedPath(url);
  const start = scheme ? `${scheme}:` : '';
  const userText = user === undefined ? '' : `${userInfoText(user)}@`;
  const slashes = user !== undefined || host ? '//' : '';
  const authority = `${slashes}${userText}${escapedBytes(host, /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/)}`;
  const end = `${query && `?${query}`}${fragment && `#${fragment}`}`;
  return `${start}${opaque || `${authority}${path}`}${end}`;
}

function userInfoText(user: string): string {
  const plain = (part: string) => escapedBytes(unescaped(part), /[A-Za-z0-9\-_.~$&+,;=]/);
  const colon = user.indexOf(':');
  return colon < 0 ? plain(user) : `${plain(user.slice(0, colon))}:${plain(user.slice(colon + 1))}`;
}

function hostProblem(host: string, scheme: string): string | undefined {
  const open = host.lastIndexOf('[');
  if (open > 0) return 'invalid IP-literal';
  if (open === 0) return literalProblem(host);
  const [first, last] = [host.indexOf(':'), host.lastIndexOf(':')];
  const port = first < 0 ? '' : host.slice(/^https?$/.test(scheme) ? first : last);
  return portProblem(port) ?? hostTextProblem(host);
}

function literalProblem(host: string): string | undefined {
  const close = host.lastIndexOf(']');
  if (close < 0) return "missing ']' in host";
  const port = portProblem(host.slice(close + 1));
  if (port) return port;
  const inside = host.slice(1, close);
  const zone = inside.indexOf('%25');
  const problem = hostTextProblem(zone < 0 ? inside : inside.slice(0, zone));
  if (problem) return problem;
  try {
    return parseNetipAddress(unescaped(inside)).family === 4 ? 'invalid IP-literal' : undefined;
  } catch (err) {
    return `invalid host: ${(err as Error).message}`;
  }
}

const portProblem = (port: string): string | undefined =>
  port === '' || /^:\d*$/.test(port) ? undefined : `invalid port ${quoted(port)} after host`;

/** In a host only what isn't ASCII may be escaped, and a percent sign. */
function hostTextProblem(host: string): string | undefined {
  for (const [part] of host.matchAll(/%.{0,2}|[^%]/gsu)) {
    if (part.startsWith('%')) {
      if (escapeProblem(part) ?? (/^%[0-7]/.test(part) && part !== '%25')) return `invalid URL escape ${quoted(part)}`;
    } else if (/[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]/u.test(part)) {
      return `invalid character ${quoted(part)} in host name`;
    }
  }
  return undefined;
}

function escapeProblem(text: string): string | undefined {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  return bad === undefined ? undefined : `invalid URL escape ${quoted(bad)}`;
}

function unescaped(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const isEscape = bytes[i] === 0x25 && i + 2 < bytes.length;
    out.push(isEscape ? Number.parseInt(bytes.toString('latin1', i + 1, i + 3), 16) : bytes[i]!);
    if (isEscape) i += 2;
  }
  return Buffer.from(out).toString();
}

const escapedBytes = (text: string, plain: RegExp): string =>
  Array.from(Buffer.from(text), (b) => {
    const char = String.fromCharCode(b);
    return b < 0x80 && plain.test(char) ? char : `%${b.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
