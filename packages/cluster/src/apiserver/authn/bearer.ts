import { BadCredentials, type Knows, type RequestAuthenticator, type Shown, type TokenAuthenticator } from './known.ts';

const unknownToken = 'invalid bearer token';

/** Tokens of the `Authorization` header. */
export const bearerTokens = (tokens: TokenAuthenticator): RequestAuthenticator => {
  const known = orRefused(tokens);
  return ({ headers: { authorization } }, audiences) => {
    const token = typeof authorization === 'string' ? bearerOf(authorization) : '';
    return token ? known(token, audiences) : undefined;
  };
};

const webSocketPrefix = 'base64url.bearer.authorization.k8s.io.';

/** Browsers can't set headers on a WebSocket; they offer the token as a protocol. */
export const webSocketTokens = (tokens: TokenAuthenticator): RequestAuthenticator => {
  const known = orRefused(tokens);
  return (shown, audiences) => {
    const offered = shown.headers['sec-websocket-protocol'];
    const token = offered && isWebSocket(shown) ? webSocketToken([offered].flat().join(',')) : '';
    return token ? known(token, audiences) : undefined;
  };
};

/**
 * What nobody knows is refused, and isn't taken for somebody without credentials. Upstream has tokens of its own for its own
 * requests, and asks about those first: that they don't know a token stands before what others say of it.
 */
function orRefused(tokens: TokenAuthenticator): Knows<string> {
  const refused = new BadCredentials(unknownToken);
  const refuse = (err: unknown): never => {
    throw err instanceof BadCredentials ? BadCredentials.of([refused, err]) : err;
  };
  return (token, audiences) => {
    try {
      const found = tokens(token, audiences);
      if (found instanceof Promise) {
        return found.then((known) => {
          if (!known) throw refused;
          return known;
        }, refuse);
      }
      if (found) return found;
    } catch (err) {
      refuse(err);
    }
    throw refused;
  };
}

const usual = 'Bearer '.length;

/** The word after `Bearer`. Two spaces make it empty, and the request one without credentials, as upstream reads it. */
function bearerOf(header: string): string {
  // As nearly everybody writes it.
  if (header.startsWith('Bearer ') && header.length > usual && !header.includes(' ', usual)) return header.slice(usual);
  const [scheme = '', token = ''] = header.trim().split(' ');
  return scheme.toLowerCase() === 'bearer' ? token : '';
}

/** Two spaces where one belongs. */
export const hasEmptyToken = ({ headers: { authorization } }: Shown): boolean =>
  typeof authorization === 'string' && authorization.includes('  ') && /^bearer  [^ ]*$/i.test(authorization.trim());

const isWebSocket = ({ headers: { connection, upgrade } }: Shown): boolean =>
  /(^|,)\s*upgrade\s*(,|$)/i.test(String(connection)) && String(upgrade).toLowerCase() === 'websocket';

function webSocketToken(offered: string): string {
  const protocols = offered.split(',').map((p) => p.trim());
  const [first, second] = protocols.filter((p) => p.startsWith(webSocketPrefix));
  if (first === undefined) return '';
  if (second !== undefined) throw new BadCredentials('multiple base64.bearer.authorization tokens specified');
  const encoded = first.slice(webSocketPrefix.length);
  if (!/^[A-Za-z0-9_-]*$/.test(encoded) || encoded.length % 4 === 1) {
    throw new BadCredentials('invalid base64.bearer.authorization token encoding');
  }
  const token = Buffer.from(encoded, 'base64url').toString();
  if (token.includes('\ufffd')) throw new BadCredentials('invalid base64.bearer.authorization token');
  if (token && protocols.length === 1) throw new BadCredentials('missing additional subprotocol');
  return token;
}
