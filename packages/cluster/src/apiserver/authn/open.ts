import { readFileSync } from 'node:fs';
import { lineOf, quoted } from '@tiphys/sdk/machinery';
import type { Clock, Logger, Random, Registry } from '@tiphys/sdk/runtime';
import { WebhookClient, WebhookConnections } from '../webhook-client/index.ts';
import type { AnonymousAccess } from './authenticator.ts';
import type { AuthenticationConfiguration, JwtAuthenticator } from './config/authentication-configuration.ts';
import { loadConfiguration } from './config/load.ts';
import { ConfigurationReload } from './config/reload.ts';
import { configurationErrors } from './config/validate.ts';
import { aggregate, type TokenAuthenticator } from './known.ts';
import { signingAlgorithms } from './oidc/jws.ts';
import { OidcMetrics } from './oidc/metrics.ts';
import { OpenIdTokens } from './oidc/openid-tokens.ts';
import { TokenCache, TokenCacheMetrics } from './token-cache.ts';
import { firstOf } from './union.ts';
import { webhookTokens } from './webhook.ts';

/** One OpenID provider, as flags tell of it. */
export interface OidcOptions {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly caFile?: string;
  readonly usernameClaim: string;
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  readonly signingAlgs: readonly string[];
  readonly requiredClaims: ReadonlyMap<string, string>;
}

export interface WebhookOptions {
  readonly configFile: string;
  readonly version: string;
  readonly cacheTtlMs: number;
}

/** Who is let in besides those whom the server itself knows. */
export interface AuthenticationOptions {
  readonly configFile?: string;
  readonly oidc?: OidcOptions;
  readonly webhook?: WebhookOptions;
  /** Whether those without credentials are somebody; unless a configuration says it, which it can't when this was asked for. */
  readonly anonymous: { readonly isAllowed: boolean; readonly isAskedFor: boolean };
  readonly bootstrapTokens: boolean;
}

export interface AuthenticationDeps {
  /** Whom tokens are for that say nothing else. */
  readonly audiences: readonly string[];
  /** Of the server's own tokens. */
  readonly issuers: readonly string[];
  readonly apiServerId: string;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Authentication {
  readonly anonymous: AnonymousAccess;
  readonly bootstrapTokens: boolean;
  /** Tokens that others know. */
  readonly remoteTokens?: Pick<TokenCache, 'knows' | 'remembered'>;
  /** Follows the file that it was configured by, until the signal aborts. */
  readonly follow?: (signal: AbortSignal) => Promise<void>;
}

/** Who is known already of those whom others know is known so long without asking again. */
const rememberedMs = 10_000;

/** Reads what authentication is configured by, and begins to ask providers for their keys. Throws in upstream's words. */
export async function openAuthentication(
  { configFile, oidc, webhook, anonymous: asked, bootstrapTokens }: AuthenticationOptions,
  deps: AuthenticationDeps,
  signal: AbortSignal,
): Promise<Authentication> {
  const loaded = configFile ? loadConfiguration(configFile) : undefined;
  const configuration = loaded?.configuration ?? { jwt: oidc ? [jwtOf(oidc)] : [] };
  const anonymous = anonymousOf(configuration, asked);
  const errors = configurationErrors(configuration, []);
  if (errors.length) throw new Error(`invalid authentication configuration: ${aggregate(errors.map(lineOf))}`);

  const cacheMetrics = new TokenCacheMetrics(deps.metrics);
  const remote: TokenAuthenticator[] = [];
  let reload: ConfigurationReload | undefined;
  if (loaded || oidc) {
    const algorithms = loaded ? signingAlgorithms : signingAlgorithmsOf(oidc);
    const more = { ...deps, algorithms, disallowedIssuers: deps.issuers, metrics: new OidcMetrics(deps.metrics, deps) };
    const tokens = new OpenIdTokens(configuration, more, signal);
    remote.push(tokens.knows);
    if (loaded && configFile) {
      const apply = (next: AuthenticationConfiguration) => tokens.replace(next);
      reload = new ConfigurationReload({
        ...deps,
        path: configFile,
        first: loaded,
        disallowedIssuers: deps.issuers,
        apply,
      });
    }
  }
  if (webhook) remote.push(await webhookOf(webhook, deps, cacheMetrics));
  return {
    anonymous,
    bootstrapTokens,
    ...(remote.length && {
      remoteTokens: new TokenCache(firstOf(remote), { ...deps, metrics: cacheMetrics, successMs: rememberedMs }),
    }),
    ...(reload && { follow: (s) => reload.run(s) }),
  };
}

function anonymousOf(
  { anonymous: said }: AuthenticationConfiguration,
  { isAllowed, isAskedFor }: AuthenticationOptions['anonymous'],
): AnonymousAccess {
  if (!said) return { isAllowed };
  if (isAskedFor) {
    throw new Error(
      'anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file',
    );
  }
  return { isAllowed: said.enabled, paths: new Set(said.conditions?.map(({ path }) => path)) };
}

/** Names but those of mail addresses are told apart by their issuer unless told otherwise; `-` is for none. */
function jwtOf(options: OidcOptions): JwtAuthenticator {
  const { issuerUrl, clientId, usernameClaim, usernamePrefix = '', groupsClaim, groupsPrefix = '' } = options;
  const usual = usernameClaim === 'email' ? '' : `${issuerUrl}#`;
  const prefix = usernamePrefix === '-' ? '' : usernamePrefix || usual;
  return {
    issuer: {
      url: issuerUrl,
      audiences: [clientId],
      ...(options.caFile && { certificateAuthority: textIn(options.caFile) }),
    },
    claimMappings: {
      username: { claim: usernameClaim, prefix },
      ...(groupsClaim && { groups: { claim: groupsClaim, prefix: groupsPrefix } }),
    },
    claimValidationRules: [...options.requiredClaims].map(([claim, requiredValue]) => ({ claim, requiredValue })),
  };
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? new Error(`open ${path}: no such file or directory`, { cause }) : cause;
  }
}

function signingAlgorithmsOf(oidc: OidcOptions | undefined): readonly string[] {
  const algorithms = oidc?.signingAlgs.length ? oidc.signingAlgs : ['RS256'];
  const unknown = algorithms.find((alg) => !(signingAlgorithms as readonly string[]).includes(alg));
  if (unknown !== undefined) throw new Error(`oidc: unsupported signing alg: ${quoted(unknown)}`);
  return algorithms;
}

async function webhookOf(
  { configFile, version, cacheTtlMs }: WebhookOptions,
  deps: AuthenticationDeps,
  metrics: TokenCacheMetrics,
): Promise<TokenAuthenticator> {
  const client = await WebhookClient.load(configFile, { ...deps, connections: new WebhookConnections() });
  if (version !== 'v1' && version !== 'v1beta1') {
    throw new Error(
      `unsupported authentication webhook version ${quoted(version)}, supported versions are "v1", "v1beta1"`,
    );
  }
  const tokens = webhookTokens({ ...deps, client, version });
  return new TokenCache(tokens, { ...deps, metrics, successMs: cacheTtlMs, failureMs: cacheTtlMs }).knows;
}
