import { isObject, own, quoted } from '@tiphys/sdk/machinery';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import { type Claims, hasClaim } from './claims.ts';
import type { HttpGet } from './http-get.ts';
import { type IdTokenRules, verifyIdToken } from './id-token.ts';
import { RemoteKeys } from './key-set.ts';
import { discoverKeys } from './provider.ts';
import { untilDone } from './until-done.ts';
import { untrustedIssuer } from './untrusted-issuer.ts';

export interface DistributedClaimsDeps {
  readonly http: HttpGet;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Claims that stand elsewhere (OpenID Connect Core 1.0 §5.6.2): a token may name a place where another token has the claim, from
 * whichever issuer that says it is from.
 */
export class DistributedClaims {
  readonly #claim: string;
  readonly #rules: Omit<IdTokenRules, 'issuer'>;
  readonly #deps: DistributedClaimsDeps;
  /** By issuer; none until its keys have been found. */
  readonly #keys = new Map<string, { found?: RemoteKeys }>();

  constructor(claim: string, rules: Omit<IdTokenRules, 'issuer'>, deps: DistributedClaimsDeps) {
    this.#claim = claim;
    this.#rules = rules;
    this.#deps = deps;
  }

  /** The claims, with the one that stands elsewhere. */
  async expand(claims: Claims): Promise<Claims> {
    const endpoint = hasClaim(claims, this.#claim) ? undefined : endpointOf(claims, this.#claim);
    if (!endpoint) return claims;
    return { ...claims, [this.#claim]: await this.#resolve(endpoint) };
  }

  async #resolve({ url, accessToken }: Endpoint): Promise<unknown> {
    const claim = this.#claim;
    const token = await this.#fetch(url, accessToken).catch((err: Error) => {
      throw new Error(`while getting distributed claim ${quoted(claim)}: ${err.message}`, { cause: err });
    });
    const issuer = issuerOf(token, `getting untrusted issuer from endpoint ${url} failed for claim ${quoted(claim)}`);
    const keys = this.#keysOf(issuer);
    if (!keys) {
      throw new Error(
        `verifying untrusted issuer ${issuer} failed: verifier not initialized for issuer: ${quoted(issuer)}`,
      );
    }
    const now = () => this.#deps.clock.now();
    const found = await verifyIdToken(token, { ...this.#rules, issuer }, { keys, now }).catch((err: Error) => {
      throw new Error(`verify distributed claim token: ${err.message}`, { cause: err });
    });
    if (hasClaim(found, claim)) return found[claim];
    throw new Error(`jwt returned by distributed claim endpoint ${quoted(url)} did not contain claim: ${claim}`);
  }

  async #fetch(url: string, accessToken: string): Promise<string> {
    const { http, signal } = this.#deps;
    const headers = accessToken ? { authorization: `Bearer ${accessToken}` } : undefined;
    const { status, statusText, text } = await http.get(url, signal, headers);
    if (status < 200 || status > 226) throw new Error(`error while getting distributed claim JWT: ${statusText}`);
    return text;
  }

  /** Looked for when first asked for: that request is refused, those that come when they have been found aren't. */
  #keysOf(issuer: string): RemoteKeys | undefined {
    const known = this.#keys.get(issuer);
    if (known) return known.found;
    const made: { found?: RemoteKeys } = {};
    this.#keys.set(issuer, made);
    const { http, clock, log, signal } = this.#deps;
    const find = async () => {
      const url = await discoverKeys(issuer, { http }, signal);
      made.found = new RemoteKeys(url, { http, clock, signal });
    };
    const onError = (error: Error) =>
      log.error('oidc authenticator: async token verifier', { issuer, error: error.message });
    void untilDone(find, { clock, onError }, signal);
    return undefined;
  }
}

interface Endpoint {
  readonly url: string;
  readonly accessToken: string;
}

/** Where a claim stands; undefined when it stands nowhere, or together with the others. */
function endpointOf(claims: Claims, claim: string): Endpoint | undefined {
  const names = own(claims, '_claim_names');
  if (names === undefined) return undefined;
  const sources = own(claims, '_claim_sources');
  if (sources === undefined) throw new Error('oidc: no claim sources');
  const source = isObject(names) ? own(names, claim) : undefined;
  if (source === undefined) return undefined;
  const place = isObject(sources) ? own(sources, String(source)) : undefined;
  if (!isObject(place)) {
    throw new Error(`id token _claim_names contained a source ${String(source)} missing in _claims_sources`);
  }
  const { endpoint: url, access_token: accessToken } = place;
  if (typeof url !== 'string' || !url) return undefined;
  return { url, accessToken: typeof accessToken === 'string' ? accessToken : '' };
}

function issuerOf(token: string, failed: string): string {
  try {
    return untrustedIssuer(token);
  } catch (err) {
    throw new Error(`${failed}: ${(err as Error).message}`, { cause: err });
  }
}
