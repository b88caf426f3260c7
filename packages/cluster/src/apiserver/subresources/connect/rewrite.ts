/** Where a proxied site is seen from outside, and where it really is. */
export interface ProxiedAt {
  /** The path at which the site's root is seen: `/api/v1/namespaces/x/pods/p/proxy`. */
  readonly prefix: string;
  /** `10.0.0.7:8080`, by which the site calls itself. */
  readonly host: string;
  /** The `Host` by which the client called. */
  readonly outerHost: string;
}

/** A site's reference to itself, made to lead through the proxy; others and relative ones stay. */
export function rewriteUrl(url: string, { prefix, host, outerHost }: ProxiedAt): string {
  const parts = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is.exec(url);
  if (!parts) return url;
  const [, scheme = '', authority, path = '', rest = ''] = parts;
  if (scheme && authority === undefined) return url;
  const isElsewhere = authority && authority !== host && authority !== outerHost;
  if (isElsewhere || !path.startsWith('/')) return url;
  const front = authority && authority === outerHost ? `${scheme ? `${scheme}:` : ''}//${authority}` : '';
  if (path.startsWith(prefix)) return `${front}${path}${rest}`;
  return `${front}${prefix}${path.replace(/\/{2,}/g, '/')}${rest}`;
}

/** Which attributes of which HTML elements refer to something. */
const references: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

const tag = /<([a-z][a-z0-9]*)((?:\s+[^<>"'=\s/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*)\s*\/?>/gi;
const attribute = /(\s)([^<>"'=\s/]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'<>]+)/g;

/** A page's references to its own site, made to lead through the proxy. */
export function rewriteHtml(html: string, at: ProxiedAt): string {
  return html.replace(tag, (whole: string, element: string, attributes: string) => {
    const names = references[element.toLowerCase()];
    if (!names || !attributes) return whole;
    const changed = attributes.replace(
      attribute,
      (all: string, space: string, name: string, equals: string, value: string) => {
        if (!names.includes(name.toLowerCase())) return all;
        const quote = /^["']/.exec(value)?.[0] ?? '';
        const bare = quote ? value.slice(1, -1) : value;
        return `${space}${name}${equals}${quote}${rewriteUrl(bare, at)}${quote}`;
      },
    );
    return `<${element}${changed}${whole.slice(1 + element.length + attributes.length)}`;
  });
}
