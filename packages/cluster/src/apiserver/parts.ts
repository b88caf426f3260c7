import type { AnyKind } from '@tiphys/sdk/schema';
import { Aggregation, type AggregationConfig } from './aggregation/index.ts';
import { ClusterObjects } from './admission/cluster-objects.ts';
import { admissionPlugins, type AdmissionSettings } from './admission/index.ts';
import type { AuditLog } from './audit/index.ts';
import type { ServiceAccountTokens } from '../pki/index.ts';
import { Health, type HealthCheck } from '../serving/index.ts';
import { AuthorizerChain } from './authz/chain.ts';
import { type Authentication, authenticatorOf, type TokenAuthenticator } from './authn/index.ts';
import { nodeAuthorizer } from './authz/node.ts';
import { podRelations } from './authz/pod-relations.ts';
import { Rbac } from './authz/rbac.ts';
import { nodeRulesOf, rbacRulesOf } from './authz/rules.ts';
import * as api from '@tiphys/sdk/api';
import { createClient } from '@tiphys/sdk/client';
import { Registry } from '@tiphys/sdk/runtime';
import { serverItself } from './bootstrap.ts';
import { type Component, componentStatuses } from './componentstatus/endpoint.ts';
import { storeComponents } from './componentstatus/stores.ts';
import { computedFrom } from './computed-from.ts';
import { ConversionMetrics } from './crd/conversion/index.ts';
import { discovery } from './discovery/endpoint.ts';
import { issuerDiscovery } from './discovery/openid.ts';
import { rootPaths } from './discovery/paths.ts';
import { zPages } from './zpages/index.ts';
import { version } from './discovery/version.ts';
import { authenticate } from './filters/authenticate.ts';
import { authorize } from './filters/authorize.ts';
import { impersonate } from './filters/impersonate.ts';
import { healthChecks } from './health/checks.ts';
import { health } from './health/endpoint.ts';
import { deadline } from './filters/deadline.ts';
import { limit, type Limits } from './filters/limit.ts';
import { share } from './filters/share.ts';
import { dumps, type Fairness, fairnessMetrics, liveFairness } from './fairness/index.ts';
import { measure } from './filters/measure.ts';
import { whileOpen } from './filters/while-open.ts';
import { AdmissionMetrics, cacheMetrics, metrics, type RequestLabels, RequestMetrics } from './metrics/index.ts';
import { profiling } from './profiling.ts';
import { openApi } from './openapi/index.ts';
import { reviews } from './reviews/index.ts';
import { WebhookConnections } from './webhook-client/index.ts';
import type { NodeConnector } from './nodes/connector.ts';
import type { RequestInfo } from './context.ts';
import { hooksOf, type KindHooksConfig } from './registry/kinds/index.ts';
import type { ApiServer, ApiServerParts } from './server.ts';
import { atEndpoints, atServiceAddress, type Reached, withLoopback } from './services/index.ts';
import { bindings, subresourcesOf } from './subresources/index.ts';

export interface PartsConfig extends KindHooksConfig, AggregationConfig {
  readonly tokens: ServiceAccountTokens;
  /** Who the tokens of service accounts are from. */
  readonly issuer: string;
  /** Whose tokens are taken, besides. */
  readonly issuers?: readonly string[];
  /** Who tokens of service accounts are for when they don't say. */
  readonly audiences: readonly string[];
  /** Where others find the keys of such tokens, when it isn't this server. */
  readonly jwksUri?: string;
  /** The longest that a token is good for; any time unless told. */
  readonly longestTokenSeconds?: number;
  /** Whether tokens of pods are good for longer than was asked, as they are unless told. */
  readonly extendsTokens?: boolean;
  /** Whether tokens of secrets are good only as long as the secret is there, as they are unless told. */
  readonly looksUpTokens?: boolean;
  /** Other bearer tokens that are known, such as those of a file. */
  readonly tokenAuthenticators: readonly TokenAuthenticator[];
  /** Where clients reach this server, for old discovery. */
  readonly advertised: () => string;
  /** Admission plugins, when they aren't upstream's default ones. */
  readonly admission?: AdmissionSettings;
  readonly allowPrivileged?: boolean;
  /** Where the server's metrics go; `/metrics` tells all that is in it. */
  readonly metrics?: Registry;
  /** Whether `/debug/pprof/` is there, which it is unless told. */
  readonly profiling?: boolean;
  /** What the server was started with, as `/flagz` tells it. */
  readonly flags?: ReadonlyMap<string, string>;
  /** What `componentstatuses` tells of, besides the stores. */
  readonly components?: readonly Component[];
  /** Whether services are reached at those behind them rather than at their own address. */
  readonly routeToEndpoints?: boolean;
  /** How the agents of nodes are reached. */
  readonly nodes: NodeConnector;
  /** Of requests from outside that are in work at once. */
  readonly limits?: Limits;
  /** Whether both limits together are shared out among priority levels, rather than each kept to by itself. They are, unless told. */
  readonly priorityAndFairness?: boolean;
  readonly audit?: AuditLog;
  readonly requestTimeoutMs?: number;
  readonly minWatchSeconds?: number;
  /** What else may be wrong with the server. */
  readonly healthChecks?: readonly HealthCheck[];
  /** Who decides what users may, in the order in which they are asked: nodes for their pods and stored roles, unless given. */
  readonly authorizers?: AuthorizerChain;
  /** How others are asked who asks here, and who nobody in particular is. */
  readonly authentication?: Authentication;
}

const defaultLimits: Limits = { readOnly: 400, mutating: 200 };

/** The parts of an ordinary API server, each list in the order in which it is asked. */
export function standardParts(config: PartsConfig): ApiServerParts {
  let shared: ReturnType<typeof access> | undefined;
  const of = (server: ApiServer) => (shared ??= access(config, server));
  let fair: Fairness | undefined;
  /** For parts that are made once there are registries. */
  const fairnessOf = (server: ApiServer) =>
    (config.priorityAndFairness ?? true) ? (fair ??= fairnessBy(config, server, of(server))) : undefined;
  return {
    ...(config.minWatchSeconds !== undefined && { minWatchSeconds: config.minWatchSeconds }),
    filters: (server) => {
      const { authenticator, authorizer, registry } = of(server);
      const fairness = fairnessOf(server);
      const { requestTimeoutMs = 60_000 } = config;
      const { clock } = server.deps;
      const { audit } = config;
      cacheMetrics(registry, server.feeds);
      const measured = new RequestMetrics(registry, removalOf(server));
      return [
        measure(measured, { clock, isServed: isServedBy(server) }),
        whileOpen(server.lifecycle),
        ...(audit ? [audit.record] : []),
        deadline({ clock, requestTimeoutMs }),
        authenticate(authenticator),
        ...(audit ? [audit.tell] : []),
        impersonate(authorizer),
        fairness ? share({ fairness, requestTimeoutMs }, measured) : limit(config.limits ?? defaultLimits, measured),
        authorize(authorizer),
      ];
    },
    endpoints: (server) => {
      const { rbac: _, registry, ...who } = of(server);
      const aggregation = server.aggregation!;
      const told = {
        kinds: server.served,
        elsewhere: aggregation.versions,
        serverAddress: config.advertised,
        gates: server.kinds.gates,
        onMade: aggregation.metrics.discoveryMade,
      };
      const fairness = fairnessOf(server);
      const wellness = new Health(
        healthChecks({ ...server.deps, lifecycle: server.lifecycle, more: config.healthChecks ?? [] }),
      );
      return [
        reviews({ ...who, admission: () => server.admission }),
        bindings(
          () => server.registries.of(api.pod),
          () => server.admission,
        ),
        componentStatuses([...(config.components ?? []), ...storeComponents(server.deps)], server.deps.clock),
        discovery(told),
        version,
        issuerDiscovery(config),
        openApi({
          fixed: server.kinds.all,
          enums: api.isOpen(server.kinds.gates, 'OpenAPIEnums'),
          custom: () => server.custom?.kinds ?? [],
          specs: aggregation.specs,
          others: aggregation.documents,
          clock: server.deps.clock,
        }),
        health(wellness),
        metrics('/metrics', registry, server.deps.clock),
        metrics('/metrics/slis', wellness.metrics, server.deps.clock),
        ...((config.profiling ?? true) ? [profiling(server.deps.clock)] : []),
        ...(fairness ? [dumps(fairness.control)] : []),
        zPages({ clock: server.deps.clock, flags: config.flags ?? new Map() }),
        rootPaths(told, wellness.checks),
      ];
    },
    aggregation: (server) => {
      const { route, registry } = of(server);
      const ours = new Set(server.kinds.all.map(({ group, version }) => `${group}/${version}`));
      return new Aggregation(config, {
        route,
        registry,
        clock: server.deps.clock,
        cache: server.registries.ofKind(api.apiService)?.cache,
        isOurs: (group, version) => ours.has(`${group}/${version}`),
      });
    },
    background: (server) => {
      const fairness = fairnessOf(server);
      return fairness ? [(signal) => fairness.run(signal)] : [];
    },
    admission: (server) =>
      admissionPlugins({
        objects: of(server).objects,
        random: server.deps.random.fork('admission'),
        clock: server.deps.clock,
        quotas: () => server.registries.of(api.resourceQuota),
        gates: server.kinds.gates,
        authorizer: () => of(server).authorizer,
        route: of(server).route,
        connections: of(server).connections,
        kinds: server.served,
        registryOf: async ({ group, version, plural }) =>
          server.registries.find(group, version, plural) ?? (await server.custom?.registry(group, version, plural)),
        namespaces: () => server.registries.of(api.namespace),
        settings: config.admission ?? { enable: [], disable: [] },
        allowPrivileged: config.allowPrivileged,
      }),
    conversion: (server) => {
      const { route, connections, registry } = of(server);
      const { clock, random } = server.deps;
      return { route, connections, clock, random: random.fork('conversion'), metrics: new ConversionMetrics(registry) };
    },
    admissionCounts: (server) => new AdmissionMetrics(of(server).registry),
    subresources: (server) =>
      subresourcesOf({
        ...config,
        admission: () => server.admission,
        budgets: () => server.registries.of(api.podDisruptionBudget),
        objects: of(server).objects,
        authorizer: of(server).authorizer,
        random: server.deps.random.fork('tokens'),
      }),
    hooks: (server, resource) =>
      hooksOf(server, resource, {
        ...config,
        access: () => {
          const { authorizer, rbac } = of(server);
          return { authorizer, rulesOf: (user, namespace) => rbac.rulesOf(user, namespace) };
        },
      }),
  };
}

/** The release that goes without a resource, as its warning says; empty where it names none. */
const removalOf =
  ({ served }: ApiServer) =>
  ({ group, version, resource }: RequestLabels): string | undefined => {
    const kind = served().find((k) => k.group === group && k.version === version && k.plural === resource);
    if (kind?.deprecated === undefined) return undefined;
    return /unavailable in v(\d+\.\d+)\+/.exec(kind.deprecated)?.[1] ?? '';
  };

const isServedBy = ({ served }: ApiServer) => {
  const byName = computedFrom(served, (kinds) => {
    const alike = new Map<string, AnyKind[]>();
    for (const kind of kinds) alike.set(kind.plural, [...(alike.get(kind.plural) ?? []), kind]);
    return alike;
  });
  return ({ group, version, resource }: RequestInfo): boolean =>
    byName()
      .get(resource)
      ?.some((k) => k.group === group && k.version === version) ?? false;
};

/** Who asks and what they may. */
function access(config: PartsConfig, server: ApiServer) {
  const { issuer, issuers = [issuer] } = config;
  const objects = new ClusterObjects(server);
  const client = createClient(server.transport(serverItself), { fieldManager: 'kube-apiserver' });
  const rbac = new Rbac(() => server.registries);
  const registry = config.metrics ?? new Registry();
  const { authorizers = AuthorizerChain.of(['Node', 'RBAC'], registry) } = config;
  const { authorize: authorizer, rulesOf } = authorizers.judges({
    Node: { authorize: nodeAuthorizer(podRelations(objects), server.kinds.gates), rulesOf: nodeRulesOf },
    RBAC: { authorize: rbac.authorize, rulesOf: rbacRulesOf(rbac) },
  });
  const toServices = config.routeToEndpoints
    ? atEndpoints(objects, server.deps.random.fork('endpoints'))
    : atServiceAddress(objects);
  return {
    objects,
    rbac,
    route: withLoopback(toServices, () => addressIn(config.advertised())),
    connections: new WebhookConnections(),
    registry,
    authenticator: authenticatorOf({ ...config, issuers }, { ...server.deps, objects, client, metrics: registry }),
    authorizer,
    rulesOf,
  };
}

function addressIn(text: string): Reached {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

/** The limits together are the seats that levels share. */
function fairnessBy(
  { limits = defaultLimits }: PartsConfig,
  server: ApiServer,
  { objects, registry }: { objects: ClusterObjects; registry: Registry },
): Fairness {
  const fairness = liveFairness(server, { seats: limits.readOnly + limits.mutating, objects });
  fairnessMetrics(registry, fairness);
  return fairness;
}
