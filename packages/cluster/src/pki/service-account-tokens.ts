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

/** A key that tokens are signed with: RSA (RS256), or a curve of NIST (ES256, ES384, ES512). */
class TokenKey {
  readonly alg: string;
  readonly kid: string;
  readonly public: KeyObject;
  readonly #hash: string;

  constructor(pem: string) {
    this.public = createPublicKey(pem);
    const bits = curves[this.public.asymmetricKeyDetails?.namedCurve ?? ''];
    if (!bits && this.public.asymmetricKeyType !== 'rsa') throw new Error('only RSA and ECDSA keys sign tokens');
    this.alg = bits ? `ES${bits}` : 'RS256';
    this.#hash = `sha${bits ?? 256}`;
    const der = this.public.export({ type: 'spki', format: 'der' });
    this.kid = createHash('sha256').update(der).digest('base64url');
  }

  sign(head: string, key: KeyObject): string {
    return sign(this.#hash, Buffer.from(head), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }

  verify(head: string, signature: string): boolean {
    const key = { key: this.public, dsaEncoding: 'ieee-p1363' } as const;
    return verify(this.#hash, Buffer.from(head), key, Buffer.from(signature, 'base64url'));
  }

  get jwk(): object {
    return { ...this.public.export({ format: 'jwk' }), use: 'sig', alg: this.alg, kid: this.kid };
  }
}

const curves: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 512 };

/** Signs and verifies service-account tokens: JWTs (RFC 7519). Synchronous, since every request may need it. */
export class ServiceAccountTokens {
  readonly #private: KeyObject;
  readonly #own: TokenKey;
  readonly #keys: readonly TokenKey[];
  readonly #verified = new Map<string, TokenClaims>();

  /** With the key that signs, and those that may have signed before it: private or public ones, or certificates. PEM. */
  constructor(privateKeyPem: string, otherPems: readonly string[] = []) {
    this.#private = createPrivateKey(privateKeyPem);
    this.#own = new TokenKey(privateKeyPem);
    const others = otherPems.map((pem) => new TokenKey(pem)).filter(({ kid }) => kid !== this.#own.kid);
    this.#keys = [this.#own, ...others];
  }

  sign(claims: TokenClaims): string {
    const { alg, kid } = this.#own;
    const head = `${encode({ alg, kid })}.${encode(claims)}`;
    return `${head}.${this.#own.sign(head, this.#private)}`;
  }

  /** Whether a key by this name is one of ours. */
  hasKey(kid: string): boolean {
    return this.#keys.some((key) => key.kid === kid);
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
      const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: unknown; kid?: unknown };
      // Whoever names a key means that one.
      const keys = this.#keys.filter((key) => key.alg === alg && (!kid || key.kid === kid));
      const good = keys.some((key) => key.verify(`${head}.${body}`, signature));
      return good ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as TokenClaims) : undefined;
    } catch {
      // Not JSON, so not a token of ours.
      return undefined;
    }
  }

  /** What tokens may be signed with. */
  get algorithms(): readonly string[] {
    return [...new Set(this.#keys.map(({ alg }) => alg))].sort();
  }

  /** The public keys, as `/openid/v1/jwks` tells them. */
  get jwks(): { keys: readonly object[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }
}
