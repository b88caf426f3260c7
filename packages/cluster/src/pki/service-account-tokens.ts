import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** What a service-account token says (upstream's private claims under `kubernetes.io`). */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: BoundTo;
    readonly pod?: BoundTo;
    readonly node?: BoundTo;
    readonly secret?: BoundTo;
    readonly warnafter?: number;
  };
}

export interface BoundTo {
  readonly name: string;
  readonly uid?: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Verified tokens are remembered by their digest, so that a request pays for a signature only once. */
const rememberedTokens = 4096;

/** Signs and verifies service-account tokens: JWTs (RFC 7519) under ES256. Synchronous, since every request may need it. */
export class ServiceAccountTokens {
  readonly #key: KeyObject;
  readonly #public: KeyObject;
  readonly #kid: string;
  readonly #verified = new Map<string, TokenClaims>();

  constructor(privateKeyPem: string) {
    this.#key = createPrivateKey(privateKeyPem);
    this.#public = createPublicKey(this.#key);
    this.#kid = createHash('sha256')
      .update(this.#public.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
  }

  sign(claims: TokenClaims): string {
    const head = `${encode({ alg: 'ES256', kid: this.#kid })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(head), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${head}.${signature.toString('base64url')}`;
  }

  /** The claims of a token that we signed; undefined for any other. Says nothing of its time or audience. */
  verify(token: string): TokenClaims | undefined {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(digest);
    if (known) return known;
    const claims = this.#check(token);
    if (!claims) return undefined;
    if (this.#verified.size >= rememberedTokens) this.#verified.delete(this.#verified.keys().next().value!);
    this.#verified.set(digest, claims);
    return claims;
  }

  #check(token: string): TokenClaims | undefined {
    const [head, body, signature, more] = token.split('.');
    if (!head || !body || !signature || more !== undefined) return undefined;
    try {
      const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: unknown };
      if (alg !== 'ES256') return undefined;
      const good = verify(
        'sha256',
        Buffer.from(`${head}.${body}`),
        { key: this.#public, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      );
      return good ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as TokenClaims) : undefined;
    } catch {
      // Not JSON, so not a token of ours.
      return undefined;
    }
  }

  /** The public keys, as `/openid/v1/jwks` tells them. */
  get jwks(): { keys: readonly object[] } {
    return { keys: [{ ...this.#public.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: this.#kid }] };
  }
}
