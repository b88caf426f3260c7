import { X509Certificate } from 'node:crypto';
import { unauthorized } from '@tiphys/sdk/machinery';
import type { ServerRequest, UserInfo } from '../context.ts';

/** Knows one kind of bearer token: the user behind it, or undefined when it isn't one of its own. Throws for a bad one. */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => UserInfo | undefined;

const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };
const authenticated = 'system:authenticated';

/** Finds out who asks: by client certificate, then by token. Nobody in particular is `system:anonymous`; a bad token is 401. */
export class Authenticator {
  readonly #tokens: readonly TokenAuthenticator[];
  /** A connection shows the same certificate with every request. */
  readonly #certificates = new WeakMap<Uint8Array, UserInfo>();

  constructor(tokens: readonly TokenAuthenticator[]) {
    this.#tokens = tokens;
  }

  authenticate(request: ServerRequest): UserInfo {
    if (request.user) return request.user;
    const { authorization } = request.headers;
    if (request.clientCertificate) return this.#certificateUser(request.clientCertificate);
    const header = typeof authorization === 'string' ? authorization.trim() : '';
    const [scheme = '', token = ''] = header.split(/ +/, 2);
    const bearer = scheme.toLowerCase() === 'bearer' && token ? token : webSocketToken(request);
    if (!bearer) return anonymous;
    const user = this.tokenUser(bearer, []);
    if (!user) throw unauthorized();
    return user;
  }

  /** The user behind a token, or undefined. */
  tokenUser(token: string, audiences: readonly string[]): UserInfo | undefined {
    for (const know of this.#tokens) {
      const user = know(token, audiences);
      if (user) return withAuthenticated(user);
    }
    return undefined;
  }

  #certificateUser(der: Uint8Array): UserInfo {
    let user = this.#certificates.get(der);
    if (!user) {
      const lines = new X509Certificate(der).subject.split('\n');
      const values = (type: string) =>
        lines.filter((l) => l.startsWith(`${type}=`)).map((l) => l.slice(type.length + 1));
      user = withAuthenticated({ name: values('CN')[0] ?? '', groups: values('O'), extra: {} });
      this.#certificates.set(der, user);
    }
    return user;
  }
}

const withAuthenticated = (user: UserInfo): UserInfo =>
  user.groups.includes(authenticated) ? user : { ...user, groups: [...user.groups, authenticated] };

const webSocketPrefix = 'base64url.bearer.authorization.k8s.io.';

/** Browsers can't set headers on a WebSocket; they offer the token as a protocol. */
function webSocketToken({ headers }: ServerRequest): string {
  const offered = [headers['sec-websocket-protocol'] ?? ''].flat().join(',').split(',');
  const found = offered.map((p) => p.trim()).find((p) => p.startsWith(webSocketPrefix));
  return found ? Buffer.from(found.slice(webSocketPrefix.length), 'base64url').toString() : '';
}
