/** A URL as upstream takes it apart. */
export interface GoUrl {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Takes a URL apart as Go does; throws an `Error` in Go's words for what is none. Much passes that a browser would refuse. */
export function parseGoUrl(text: string): GoUrl {
  const fail = (why: string): never => {
    throw new Error(`parse ${JSON.stringify(text)}: ${why}`);
  };
  const [whole, fragment] = cut(text, '#');
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(whole)) fail('net/url: invalid control character in URL');
  if (whole.startsWith(':')) fail('missing protocol scheme');
  const said = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(whole)?.[1] ?? '';
  const scheme = said.toLowerCase();
  const [rest, query] = cut(said ? whole.slice(said.length + 1) : whole, '?');
  const none = { scheme, user: undefined, host: '', query, fragment };
  if (!rest.startsWith('/')) {
    if (scheme) return { ...none, path: '' };
    if (cut(rest, '/')[0].includes(':')) fail('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const slash = hasAuthority ? rest.indexOf('/', 2) : 0;
  const authority = hasAuthority ? rest.slice(2, slash === -1 ? undefined : slash) : '';
  const path = slash === -1 ? '' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const user = at === -1 ? undefined : authority.slice(0, at);
  const host = authority.slice(at + 1);
  const problem =
    hostProblem(host) ??
    (user !== undefined && /[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/.test(user) ? 'net/url: invalid userinfo' : undefined) ??
    escapeProblem(path) ??
    escapeProblem(fragment);
  if (problem) fail(problem);
  return { ...none, user, host, path };
}

function hostProblem(host: string): string | undefined {
  const end = host.startsWith('[') ? host.lastIndexOf(']') : 0;
  if (end === -1) return "missing ']' in host";
  const colon = host.lastIndexOf(':');
  const port = end ? host.slice(end + 1) : colon === -1 ? '' : host.slice(colon);
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const odd = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/.exec(host)?.[0];
  if (odd) return `invalid character ${JSON.stringify(odd)} in host name`;
  return escapeProblem(host);
}

function escapeProblem(text: string): string | undefined {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)?.[0];
  return bad === undefined ? undefined : `invalid URL escape ${JSON.stringify(bad)}`;
}

function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
