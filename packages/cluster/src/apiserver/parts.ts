import type { ServiceAccountTokens } from '../pki/index.ts';
import { ClusterObjects } from './admission/cluster-objects.ts';
import { admissionPlugins } from './admission/index.ts';
import { Authenticator, type TokenAuthenticator } from './authn/authenticator.ts';
import { serviceAccountTokens } from './authn/service-account.ts';
import { anyOf, type Authorizer, mastersMay } from './authz/authorizer.ts';
import { Rbac } from './authz/rbac.ts';
import { discovery } from './discovery/endpoint.ts';
import { rootPaths } from './discovery/paths.ts';
import { version } from './discovery/version.ts';
import { authenticate } from './filters/authenticate.ts';
import { authorize } from './filters/authorize.ts';
import { impersonate } from './filters/impersonate.ts';
import { health, type HealthCheck } from './health/endpoint.ts';
import { servedKinds, storedKinds } from './kinds.ts';
import type { ApiServer, ApiServerParts } from './server.ts';
import { subresourcesOf } from './subresources/index.ts';

export interface PartsConfig {
  readonly tokens: ServiceAccountTokens;
  /** Who tokens of service accounts are for when they don't say. */
  readonly audiences: readonly string[];
  /** Other bearer tokens that are known, such as those of a file. */
  readonly tokenAuthenticators: readonly TokenAuthenticator[];
  /** Where clients reach this server, for old discovery. */
  readonly advertised: () => string;
}

/** The parts of an ordinary API server, each list in the order in which it is asked. */
export function standardParts(config: PartsConfig): ApiServerParts {
  let shared: { authenticator: Authenticator; authorizer: Authorizer } | undefined;
  const made = (server: ApiServer) =>
    (shared ??= {
      authenticator: new Authenticator([
        ...config.tokenAuthenticators,
        serviceAccountTokens({
          tokens: config.tokens,
          audiences: config.audiences,
          clock: server.deps.clock,
          feed: server.feed,
          registries: () => server.registries,
        }),
      ]),
      authorizer: anyOf(mastersMay, new Rbac(() => server.registries).authorize),
    });
  return {
    filters: (server) => {
      const { authenticator, authorizer } = made(server);
      return [authenticate(authenticator), impersonate(authorizer), authorize(authorizer)];
    },
    endpoints: () => [discovery(servedKinds, config.advertised), version, health(checks), rootPaths(servedKinds)],
    admission: (server) => admissionPlugins(new ClusterObjects(server), server.deps.random.fork('admission')),
    subresources: () => subresourcesOf(storedKinds),
    hooks: () => undefined,
  };
}

/** One check for each thing that can be wrong; where upstream has more names, they are its own parts'. */
const checks: readonly HealthCheck[] = [
  { name: 'ping', check: () => undefined },
  { name: 'log', check: () => undefined },
  { name: 'etcd', notIn: ['readyz'], check: () => undefined },
  { name: 'informer-sync', notIn: ['healthz', 'livez'], check: () => undefined },
];
