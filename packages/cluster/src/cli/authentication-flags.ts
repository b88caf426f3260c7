import { goUrlText, parseGoUrl } from '@tiphys/sdk/machinery';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuthenticationOptions } from '../apiserver/index.ts';
import { Failure } from './failure.ts';
import { flags, gather, parseBool, parseList, parsePeriod } from './flags.ts';

const text = (flag: string, word: string, description: string, value?: string) => {
  const option = new Option(`${flag} <${word}>`, description);
  return value === undefined ? option : option.default(value);
};
const bool = (flag: string, description: string, value: boolean) =>
  new Option(`${flag} [bool]`, description).argParser(parseBool).preset('true').default(value);
const several = (flag: string, word: string, description: string) =>
  new Option(`${flag} <${word}>`, description).argParser((one: string, before?: readonly string[]) => [
    ...(before ?? []),
    one,
  ]);

/** The flags of who is let in, under upstream's names, with upstream's defaults. */
export const authenticationFlags = (): Option[] => [
  flags.tokenAuthFile(),
  bool('--anonymous-auth', 'whether requests without credentials are those of system:anonymous', true),
  text(
    '--authentication-config',
    'file',
    'an AuthenticationConfiguration: OpenID providers and who may be anonymous; read again when it changes',
  ),
  bool('--enable-bootstrap-token-auth', 'whether nodes may join with tokens that are secrets of kube-system', false),
  text('--authentication-token-webhook-config-file', 'file', 'kubeconfig of a webhook that is asked about tokens'),
  text('--authentication-token-webhook-version', 'version', 'of the TokenReview that it is sent', 'v1beta1'),
  new Option('--authentication-token-webhook-cache-ttl <duration>', 'how long its answers are remembered')
    .argParser(parsePeriod)
    .default(parsePeriod('2m0s'), '2m0s'),
  ...oidcFlags(),
  several(
    '--service-account-issuer',
    'url',
    "who service accounts' tokens are from; the first of several signs",
  ).default(undefined, 'https://kubernetes.default.svc'),
  several('--service-account-key-file', 'file', 'key that tokens may be signed with, beside the signing key'),
  text(
    '--service-account-signing-key-file',
    'file',
    'key that tokens are signed with, instead of one of the data directory',
  ),
  text('--service-account-jwks-uri', 'url', 'where others find the keys of tokens, when it is not this server'),
  bool('--service-account-lookup', 'whether tokens of secrets are good only as long as the secret is there', true),
  bool('--service-account-extend-token-expiration', "whether pods' tokens are good for a year", true),
  new Option('--service-account-max-token-expiration <duration>', 'the longest that a token is good for')
    .argParser(parsePeriod)
    .default(0, '0s'),
  new Option('--api-audiences <names>', 'whom tokens are for when they say nothing else')
    .argParser(gather)
    .default(undefined, 'the issuers'),
];

const oidcFlags = (): Option[] => [
  text('--oidc-issuer-url', 'url', 'an OpenID provider, whose tokens are taken'),
  text('--oidc-client-id', 'id', 'whom its tokens have to be for'),
  text('--oidc-ca-file', 'file', "authority of its certificate; the system's own without it"),
  text('--oidc-username-claim', 'claim', 'what users are called by', 'sub'),
  text('--oidc-username-prefix', 'prefix', 'what stands before their names; - for nothing, not even the issuer'),
  text('--oidc-groups-claim', 'claim', 'what tells their groups'),
  text('--oidc-groups-prefix', 'prefix', 'what stands before the names of groups'),
  new Option('--oidc-signing-algs <names>', 'what tokens may be signed with')
    .argParser(parseList)
    .default(['RS256'], 'RS256'),
  new Option('--oidc-required-claim <key=value>', 'what a token has to say; for several, again').argParser(parsePair),
];

function parsePair(given: string, before: ReadonlyMap<string, string> | undefined): ReadonlyMap<string, string> {
  const at = given.indexOf('=');
  if (at === -1) throw new InvalidArgumentError('malformed pair, expect string=string');
  return new Map(before).set(given.slice(0, at).trim(), given.slice(at + 1).trim());
}

/** As commander names what it has read. */
export interface AuthenticationFlags {
  readonly tokenAuthFile?: string;
  readonly anonymousAuth: boolean;
  readonly authorizationMode: readonly string[];
  readonly authenticationConfig?: string;
  readonly enableBootstrapTokenAuth: boolean;
  readonly authenticationTokenWebhookConfigFile?: string;
  readonly authenticationTokenWebhookVersion: string;
  readonly authenticationTokenWebhookCacheTtl: number;
  readonly oidcIssuerUrl?: string;
  readonly oidcClientId?: string;
  readonly oidcCaFile?: string;
  readonly oidcUsernameClaim: string;
  readonly oidcUsernamePrefix?: string;
  readonly oidcGroupsClaim?: string;
  readonly oidcGroupsPrefix?: string;
  readonly oidcSigningAlgs: readonly string[];
  readonly oidcRequiredClaim?: ReadonlyMap<string, string>;
  readonly serviceAccountIssuer?: readonly string[];
  readonly serviceAccountKeyFile?: readonly string[];
  readonly serviceAccountSigningKeyFile?: string;
  readonly serviceAccountLookup: boolean;
  readonly serviceAccountJwksUri?: string;
  readonly serviceAccountMaxTokenExpiration: number;
  readonly serviceAccountExtendTokenExpiration: boolean;
  readonly apiAudiences?: readonly string[];
}

/** What the flags say; throws a `Failure` for those that don't go together. */
export function authenticationOptionsOf(given: AuthenticationFlags, command: Command): AuthenticationOptions {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  const problems = [...oidcProblems(given, command), ...serviceAccountProblems(given)];
  if (problems.length) throw new Failure(problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
  const { authenticationConfig: configFile, authenticationTokenWebhookConfigFile: webhook } = given;
  const { oidcIssuerUrl: issuerUrl, oidcClientId: clientId } = given;
  return {
    ...(configFile && { configFile }),
    ...(!configFile &&
      issuerUrl &&
      clientId && {
        oidc: {
          issuerUrl,
          clientId,
          usernameClaim: given.oidcUsernameClaim,
          signingAlgs: given.oidcSigningAlgs,
          requiredClaims: given.oidcRequiredClaim ?? new Map(),
          ...(given.oidcCaFile && { caFile: given.oidcCaFile }),
          ...(given.oidcUsernamePrefix && { usernamePrefix: given.oidcUsernamePrefix }),
          ...(given.oidcGroupsClaim && { groupsClaim: given.oidcGroupsClaim }),
          ...(given.oidcGroupsPrefix && { groupsPrefix: given.oidcGroupsPrefix }),
        },
      }),
    ...(webhook && {
      webhook: {
        configFile: webhook,
        version: given.authenticationTokenWebhookVersion,
        cacheTtlMs: given.authenticationTokenWebhookCacheTtl,
      },
    }),
    // Who may do everything had better be somebody.
    anonymous: {
      isAllowed: given.anonymousAuth && !given.authorizationMode.includes('AlwaysAllow'),
      isAskedFor: isGiven('anonymousAuth'),
    },
    bootstrapTokens: given.enableBootstrapTokenAuth,
  };
}

function* oidcProblems(
  { authenticationConfig, oidcIssuerUrl, oidcClientId }: AuthenticationFlags,
  command: Command,
): Iterable<string> {
  const isAny = command.options.some(
    (o) => o.long?.startsWith('--oidc-') && command.getOptionValueSource(o.attributeName()) === 'cli',
  );
  if (!isAny) return;
  if (authenticationConfig) yield 'authentication-config file and oidc-* flags are mutually exclusive';
  else if (!oidcIssuerUrl || !oidcClientId) {
    yield 'oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set';
  }
}

const hourMs = 60 * 60 * 1000;
const longestMs = 2 ** 32 * 1000;

function* serviceAccountProblems(given: AuthenticationFlags): Iterable<string> {
  const seen = new Set<string>();
  for (const issuer of given.serviceAccountIssuer ?? []) {
    const quoted = JSON.stringify(issuer);
    const problem = issuer.includes(':') ? urlProblem(issuer) : undefined;
    if (problem) yield `service-account-issuer ${quoted} contained a ':' but was not a valid URL: ${problem}`;
    else if (!issuer) yield 'service-account-issuer should not be an empty string';
    else if (seen.has(issuer)) yield `service-account-issuer ${quoted} is already specified`;
    seen.add(issuer);
  }
  const { serviceAccountJwksUri: uri, serviceAccountMaxTokenExpiration: longest } = given;
  if (uri) {
    const problem = urlProblem(uri);
    if (problem) yield `service-account-jwks-uri must be a valid URL: ${problem}`;
    else if (parseGoUrl(uri).scheme !== 'https') {
      yield `service-account-jwks-uri requires https scheme, parsed as: ${goUrlText(parseGoUrl(uri))}`;
    }
  }
  if (longest && (longest < hourMs || longest > longestMs)) {
    yield 'the service-account-max-token-expiration must be between 1 hour and 2^32 seconds';
  }
}

function urlProblem(url: string): string | undefined {
  try {
    parseGoUrl(url);
    return undefined;
  } catch (err) {
    return (err as Error).message;
  }
}

const projectedSeconds = 3607;
const yearSeconds = 365 * 24 * 60 * 60;

/** What somebody may not have meant. */
export function* authenticationNotes(given: AuthenticationFlags): Iterable<string> {
  if (given.anonymousAuth && given.authorizationMode.includes('AlwaysAllow')) {
    yield 'AnonymousAuth is not allowed with the AlwaysAllow authorizer. Resetting AnonymousAuth to false. You should use a different authorizer';
  }
  const { serviceAccountMaxTokenExpiration: mostMs, serviceAccountExtendTokenExpiration: extend } = given;
  const seconds = mostMs / 1000;
  if (!extend || !seconds) return;
  if (seconds < projectedSeconds) {
    yield `service-account-extend-token-expiration is true, in order to correctly trigger safe transition logic, service-account-max-token-expiration must be set longer than ${projectedSeconds} seconds (currently ${seconds} seconds)`;
  }
  if (seconds < yearSeconds) {
    yield `service-account-extend-token-expiration is true, enabling tokens valid up to ${yearSeconds} seconds, which is longer than service-account-max-token-expiration set to ${seconds} seconds`;
  }
}
