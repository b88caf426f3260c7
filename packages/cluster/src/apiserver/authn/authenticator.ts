import { X509Certificate } from 'node:crypto';
import { unauthorized } from '@tiphys/sdk/machinery';
import type { ServerRequest, UserInfo } from '../context.ts';

/** Somebody whom a token stands for, and to which of the wanted audiences it is addressed. */
export interface Known {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/**
 * Knows one kind of bearer token: who is behind it, or undefined when it isn't one of its own. Throws a `BadToken` for one of
 * its own that is no good.
 */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => Known | undefined;

/** What is wrong with a token. Only those who may review tokens are told. */
export class BadToken extends Error {}

const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };
const authenticated = 'system:authenticated';
const unknownToken = 'invalid bearer token';

export interface AuthenticatorOptions {
  readonly tokens: readonly TokenAuthenticator[];
  /** Who tokens must be for when nobody says. */
  readonly audiences: readonly string[];
  /** Whether somebody without credentials is `system:anonymous`; refused otherwise. */
  readonly allowAnonymous?: boolean;
}

/** Finds out who asks: by client certificate, then by token. Nobody in particular is `system:anonymous`; a bad token is 401. */
export class Authenticator {
  readonly #tokens: readonly TokenAuthenticator[];
  readonly audiences: readonly string[];
  /** A connection shows the same certificate with every request. */
  readonly #certificates = new WeakMap<Uint8Array, UserInfo>();

  readonly #allowAnonymous: boolean;

  constructor({ tokens, audiences, allowAnonymous = true }: AuthenticatorOptions) {
    this.#allowAnonymous = allowAnonymous;
    this.#tokens = tokens;
    this.audiences = audiences;
  }

  authenticate(request: ServerRequest): UserInfo {
    if (request.user) return request.user;
    const { authorization } = request.headers;
    if (request.clientCertificate) return this.#certificateUser(request.clientCertificate);
    const bearer = bearerOf(typeof authorization === 'string' ? authorization : '') || webSocketToken(request);
    if (!bearer) {
      if (!this.#allowAnonymous) throw unauthorized();
      return anonymous;
    }
    const { known } = this.#ask(bearer, this.audiences);
    if (!known) throw unauthorized();
    return known.user;
  }

  /** What a request with this token would be taken for; the error tells why it would be refused. */
  review(token: string, audiences: readonly string[]): { known?: Known; error?: string } {
    const wanted = audiences.length ? audiences : this.audiences;
    const bearer = bearerOf(`Bearer ${token}`);
    return bearer ? this.#ask(bearer, wanted) : { known: { user: anonymous, audiences: wanted } };
  }

  #ask(token: string, audiences: readonly string[]): { known?: Known; error?: string } {
    const problems: string[] = [];
    for (const know of this.#tokens) {
      try {
        const known = know(token, audiences);
        if (known) return { known: { ...known, user: withAuthenticated(known.user) } };
      } catch (err) {
        if (!(err instanceof BadToken)) throw err;
        problems.push(err.message);
      }
    }
    return { error: problems.length ? `[${[unknownToken, ...problems].join(', ')}]` : unknownToken };
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
  user.groups.includes(authenticated) || user.name === anonymous.name
    ? user
    : { ...user, groups: [...user.groups, authenticated] };

/** The word after `Bearer`. Two spaces make it empty, and the request anonymous, as upstream reads it. */
function bearerOf(header: string): string {
  const [scheme = '', token = ''] = header.trim().split(' ');
  return scheme.toLowerCase() === 'bearer' ? token : '';
}

/** Two spaces where one belongs. */
export const hasEmptyToken = ({ headers: { authorization } }: ServerRequest): boolean =>
  typeof authorization === 'string' && /^bearer  [^ ]*$/i.test(authorization.trim());

const webSocketPrefix = 'base64url.bearer.authorization.k8s.io.';

/** Browsers can't set headers on a WebSocket; they offer the token as a protocol. */
function webSocketToken({ headers }: ServerRequest): string {
  const offered = [headers['sec-websocket-protocol'] ?? ''].flat().join(',').split(',');
  const found = offered.map((p) => p.trim()).find((p) => p.startsWith(webSocketPrefix));
  return found ? Buffer.from(found.slice(webSocketPrefix.length), 'base64url').toString() : '';
}
