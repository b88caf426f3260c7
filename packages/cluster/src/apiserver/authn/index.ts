/**
 * Who asks: client certificates and bearer tokens, each way of knowing somebody a line in one of two lists. What is known here is
 * known at once; what others know (an OpenID provider, a webhook) is promised.
 */
import type { Clock, Logger, Registry } from '@tiphys/sdk/runtime';
import type { ServiceAccountTokens } from '../../pki/index.ts';
import type { ClusterObjects } from '../admission/cluster-objects.ts';
import { type AnonymousAccess, Authenticator } from './authenticator.ts';
import { bearerTokens, webSocketTokens } from './bearer.ts';
import { clientCertificates } from './certificate.ts';
import type { TokenAuthenticator } from './known.ts';
import { AuthenticationMetrics } from './metrics.ts';
import { type FrontProxy, requestHeaders } from './request-header.ts';
import { serviceAccountTokens } from './service-account.ts';
import { firstOf } from './union.ts';

export type { Authenticator } from './authenticator.ts';
export { hasEmptyToken } from './bearer.ts';
export type { Known, RequestAuthenticator, Shown, TokenAuthenticator } from './known.ts';
export { type FrontProxy, standardUserHeaders, type UserHeaders } from './request-header.ts';
export { tokenFile } from './token-file.ts';

export interface AuthenticationConfig {
  readonly tokens: ServiceAccountTokens;
  /** Whose tokens are taken. */
  readonly issuers: readonly string[];
  /** Whom tokens are for when they don't say. */
  readonly audiences: readonly string[];
  /** Other bearer tokens that are known, such as those of a file. */
  readonly tokenAuthenticators: readonly TokenAuthenticator[];
  readonly anonymous: AnonymousAccess;
  /** Proxies in front whose word is taken. */
  readonly frontProxy?: FrontProxy;
}

interface Around {
  readonly objects: ClusterObjects;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

export function authenticatorOf(config: AuthenticationConfig, around: Around): Authenticator {
  const { tokens, issuers, audiences, anonymous, frontProxy } = config;
  // Those who know at once come first, those who ask elsewhere last.
  const knownTokens = firstOf<string>([
    ...config.tokenAuthenticators,
    serviceAccountTokens({ tokens, issuers, ...around }),
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
    anonymous,
    metrics: new AuthenticationMetrics(around.metrics),
  });
}
