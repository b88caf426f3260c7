import { lineOf } from '@tiphys/sdk/machinery';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import type { JwtAuthenticator } from '../config/authentication-configuration.ts';
import type { CompiledExpressions } from '../config/expressions.ts';
import { compileAuthenticator } from '../config/validate.ts';
import { aggregate, BadCredentials, type Known, type TokenAuthenticator } from '../known.ts';
import { DistributedClaims } from './distributed-claims.ts';
import { HttpGet } from './http-get.ts';
import { type IdTokenRules, verifyIdToken } from './id-token.ts';
import { RemoteKeys } from './key-set.ts';
import type { OidcMetrics } from './metrics.ts';
import { discoverKeys } from './provider.ts';
import { isFrom } from './untrusted-issuer.ts';
import { untilDone } from './until-done.ts';
import { userOfClaims } from './user-of-claims.ts';

export interface JwtDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: OidcMetrics;
  /** What tokens may be signed with. */
  readonly algorithms: readonly string[];
  /** Those of the server's own tokens, which are nobody else's. */
  readonly disallowedIssuers: readonly string[];
}

/** Knows the tokens of one OpenID provider, once that has told where its keys are. */
export class OidcAuthenticator {
  readonly issuer: string;
  readonly #jwt: JwtAuthenticator;
  readonly #expressions: CompiledExpressions;
  readonly #rules: IdTokenRules;
  readonly #deps: JwtDeps;
  readonly #distributed: DistributedClaims | undefined;
  /** Resolves when the provider has been asked for the first time. */
  readonly tried: Promise<void>;
  #keys: RemoteKeys | undefined;
  /** Why tokens can't be verified yet. */
  #problem: string | undefined = 'oidc: authenticator is not initialized';

  /** Begins to look for the keys. Throws for a provider that makes no sense. */
  constructor(jwt: JwtAuthenticator, deps: JwtDeps, signal: AbortSignal) {
    const { url, audiences, certificateAuthority, egressSelectorType } = jwt.issuer;
    const { errors, expressions } = compileAuthenticator(jwt, deps.disallowedIssuers);
    if (errors.length) throw new Error(aggregate(errors.map(lineOf)));
    if (egressSelectorType) {
      throw new Error(`oidc: egress lookup required with egress selector type ${JSON.stringify(egressSelectorType)}`);
    }
    this.issuer = url;
    this.#jwt = jwt;
    this.#deps = deps;
    this.#expressions = expressions;
    this.#rules = { issuer: url, audiences, algorithms: deps.algorithms };
    const http = new HttpGet({ ca: certificateAuthority, clock: deps.clock });
    const groups = jwt.claimMappings.groups?.claim;
    if (groups) this.#distributed = new DistributedClaims(groups, this.#rules, { ...deps, http, signal });
    this.tried = new Promise((resolve) => void this.#begin(http, resolve, signal));
  }

  /** Why it isn't ready; undefined when it is. */
  get problem(): string | undefined {
    return (
      this.#problem && `oidc: authenticator for issuer ${JSON.stringify(this.issuer)} is not healthy: ${this.#problem}`
    );
  }

  readonly knows: TokenAuthenticator = (token, audiences) =>
    isFrom(this.issuer, token) ? this.#authenticate(token, audiences) : undefined;

  async #begin(http: HttpGet, tried: () => void, signal: AbortSignal): Promise<void> {
    const { clock, log, metrics } = this.#deps;
    const { discoveryURL } = this.#jwt.issuer;
    const begin = async () => {
      const url = await discoverKeys(this.issuer, { http, url: discoveryURL || undefined }, signal);
      const onFetched = (keys: string | undefined) => metrics.fetched(this.issuer, keys);
      this.#keys = new RemoteKeys(url, { http, clock, signal, onFetched });
      this.#problem = undefined;
      tried();
    };
    const onError = ({ message }: Error) => {
      this.#problem = message;
      tried();
      log.error('oidc authenticator: initializing plugin', { issuer: this.issuer, error: message });
    };
    await untilDone(begin, { clock, onError }, signal);
    tried();
  }

  async #authenticate(token: string, audiences: readonly string[]): Promise<Known> {
    const { clock, metrics } = this.#deps;
    const began = clock.monotonic();
    try {
      const known = await this.#user(token, audiences);
      metrics.authenticated(this.issuer, 'success', clock.monotonic() - began);
      return known;
    } catch (err) {
      metrics.authenticated(this.issuer, 'failure', clock.monotonic() - began);
      throw new BadCredentials((err as Error).message);
    }
  }

  async #user(token: string, audiences: readonly string[]): Promise<Known> {
    const keys = this.#keys;
    if (!keys) throw new Error('oidc: authenticator not initialized');
    const now = () => this.#deps.clock.now();
    const signed = await verifyIdToken(token, this.#rules, { keys, now }).catch((err: Error) => {
      throw new Error(`oidc: verify token: ${err.message}`, { cause: err });
    });
    const claims = this.#distributed
      ? await this.#distributed.expand(signed).catch((err: Error) => {
          throw new Error(`oidc: could not expand distributed claims: ${err.message}`, { cause: err });
        })
      : signed;
    return { user: userOfClaims(claims, this.#jwt, this.#expressions), audiences };
  }
}
