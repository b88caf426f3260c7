/**
 * Who asks: client certificates and bearer tokens, each way of knowing somebody a line in one of two lists. What is known here is
 * known at once; what others know (an OpenID provider, a webhook) is promised.
 */
import type { Client } from '@tiphys/sdk/client';
import type { Clock, Logger, Registry } from '@tiphys/sdk/runtime';
import type { ServiceAccountTokens } from '../../pki/index.ts';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import { Authenticator } from './authenticator.ts';
import { bearerTokens, webSocketTokens } from './bearer.ts';
import { bootstrapTokens } from './bootstrap-token.ts';
import { clientCertificates } from './certificate.ts';
import type { TokenAuthenticator } from './known.ts';
import { LastUsed } from './last-used.ts';
import { AuthenticationMetrics } from './metrics.ts';
import { type FrontProxy, requestHeaders } from './request-header.ts';
import type { Authentication } from './open.ts';
import { serviceAccountTokens } from './service-account.ts';
import { tokenUses } from './service-account-metrics.ts';
import { firstOf } from './union.ts';

export type { Authenticator } from './authenticator.ts';
export { hasEmptyToken } from './bearer.ts';
export type { Known, RequestAuthenticator, Shown, TokenAuthenticator } from './known.ts';
export { type FrontProxy, standardUserHeaders, type UserHeaders } from './request-header.ts';
export {
  type Authentication,
  type AuthenticationDeps,
  type AuthenticationOptions,
  type OidcOptions,
  openAuthentication,
  type WebhookOptions,
} from './open.ts';
export { tokenFile } from './token-file.ts';

export interface AuthenticationConfig {
  readonly tokens: ServiceAccountTokens;
  /** Whose tokens are taken. */
  readonly issuers: readonly string[];
  /** Whom tokens are for when they don't say. */
  readonly audiences: readonly string[];
  /** Other bearer tokens that are known, such as those of a file. */
  readonly tokenAuthenticators: readonly TokenAuthenticator[];
  /** Proxies in front whose word is taken. */
  readonly frontProxy?: FrontProxy;
  /** Whether tokens of secrets are good only as long as the secret is there, as it is unless told. */
  readonly looksUpTokens?: boolean;
  /** How others are asked, and who nobody in particular is; `system:anonymous` unless said. */
  readonly authentication?: Authentication;
}

interface Around {
  /** Writes down which secrets' tokens are used. */
  readonly client: Client;
  readonly objects: ClusterObjects;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

const usual: Authentication = { anonymous: { isAllowed: true }, bootstrapTokens: false };

export function authenticatorOf(config: AuthenticationConfig, around: Around): Authenticator {
  const { tokens, issuers, audiences, frontProxy, looksUpTokens: looksUp = true, authentication = usual } = config;
  const { remoteTokens } = authentication;
  const [lastUsed, uses] = [new LastUsed(around), tokenUses(around.metrics)];
  // Those who know at once come first, those who ask elsewhere last.
  const knownTokens = firstOf<string>([
    ...config.tokenAuthenticators,
    ...(remoteTokens ? [remoteTokens.remembered] : []),
    serviceAccountTokens({ tokens, issuers, audiences, looksUp, lastUsed, uses, ...around }),
    ...(authentication.bootstrapTokens ? [bootstrapTokens({ ...around, audiences })] : []),
    ...(remoteTokens ? [remoteTokens.knows] : []),
  ]);
  return new Authenticator({
    ...around,
    requests: [
      ...(frontProxy ? [requestHeaders(frontProxy, audiences)] : []),
      clientCertificates(audiences),
      bearerTokens(knownTokens),
      webSocketTokens(knownTokens),
    ],
    audiences,
    anonymous: authentication.anonymous,
    metrics: new AuthenticationMetrics(around.metrics),
  });
}
