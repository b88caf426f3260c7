import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Clock, type Logger, messageOf, type Random, Registry, type TaskGroup } from '@tiphys/sdk/runtime';
import {
  type AdmissionFlags,
  type AdmissionSettings,
  ApiServer,
  type Authentication,
  type AuthenticationDeps,
  type AuditLog,
  type AuthorizerChain,
  bootstrap,
  ClusterIps,
  type Component,
  type FrontProxy,
  identityOf,
  keepIdentity,
  kindsServedBy,
  LocalNodes,
  openAuditLog,
  openAuthentication,
  parseRuntimeConfig,
  type PartsConfig,
  processMetrics,
  publishKubernetesService,
  publishServiceCidr,
  readAdmission,
  resourceOfKey,
  runUpkeep,
  standardParts,
  StoreMetrics,
  type StoreOverride,
  tlsNodes,
  tokenFile,
  WebhookConnections,
  UnreadableValue,
} from '../apiserver/index.ts';
import { type KeyPair, Pki, ServiceAccountTokens } from '../pki/index.ts';
import { compactRegularly, type StoreBackend } from '../store/index.ts';
import { type ApiServerOptions, given } from './apiserver-options.ts';
import { filesIn, reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { clientCaOf, frontProxyOf, proxyClientOf } from './front-proxy.ts';
import { loadAuthorizers } from './load-authorizers.ts';
import { loadEncryption } from './load-encryption.ts';
import { machineAddress } from './machine.ts';
import { pemIn, underPrefix } from './store.ts';

export interface ApiServerDeps {
  readonly store: StoreBackend;
  readonly overrides?: readonly StoreOverride[];
  readonly components: readonly Component[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface LoadedApiServer {
  readonly server: ApiServer;
  readonly pki: Pki;
  /** Whose word on who asks is taken. */
  readonly frontProxy: FrontProxy;
  /** What `/metrics` tells: components beside the server add theirs. */
  readonly metrics: Registry;
  readonly audit: AuditLog | undefined;
  /** Agents of nodes in this process are added here. */
  readonly nodes: LocalNodes;
  /** Runs the server, and makes what every cluster has; resolves when requests can be answered. */
  readonly begin: (tasks: TaskGroup) => Promise<void>;
  /** Says under which port it is reached, and begins with what it does unasked. */
  readonly publish: (port: number, tasks: TaskGroup) => Promise<void>;
}

const encryptionHook = 'start-encryption-provider-config-automatic-reload';
const defaultIssuer = 'https://kubernetes.default.svc';

/** Reads the store and puts the server together; nothing of it runs yet. */
export async function loadApiServer(
  options: ApiServerOptions,
  deps: ApiServerDeps,
  signal: AbortSignal,
): Promise<LoadedApiServer> {
  const { clock, random, components } = deps;
  const address = options.advertiseAddress ?? machineAddress();
  const clusterIps = new ClusterIps(options.serviceClusterIpRange, random.fork('cluster-ips'));
  const serverNames = [...ownNames, hostname(), '127.0.0.1', '::1', clusterIps.first, address];
  const pki = new Pki(filesIn(options.dataDir).pki, { clock, random }, { serverNames });
  const metrics = new Registry();
  processMetrics(metrics);
  const encryption = await loadEncryption(options, { ...deps, metrics });
  const kept = (each: StoreBackend) => underPrefix(encryption?.store(each) ?? each, options.etcdPrefix);
  const store = kept(deps.store);
  const storeMetrics = new StoreMetrics(metrics, { clock, placeOf: resourceOfKey });
  const overrides = measuredOverrides(deps.overrides ?? [], kept, storeMetrics);
  const server = new ApiServer({ ...deps, store: storeMetrics.measured(store), overrides, kinds: kindsOf(options) });
  const nodes = nodesTrustedBy(pki, options);
  const frontProxy = frontProxyOf(options, pki);
  const proxyClient = proxyClientOf(options.aggregation ?? {}, { ...deps, pki });
  const audit = await auditLogOf(options, { ...deps, metrics });
  const authorizers = options.authorization && (await loadAuthorizers(options.authorization, { ...deps, metrics }));
  const identity = identitiesOf(options);
  const authentication = await authenticationOf(options, { ...deps, ...identity, metrics }, signal);
  const who = { ...identity, authentication, frontProxy };
  const healthChecks: PartsConfig['healthChecks'] = encryption?.hasHealth
    ? [{ name: 'kms-providers', in: ['healthz', 'readyz'], check: () => encryption.problem() }]
    : [];
  const whoMay = { ...(audit && { audit }), ...(authorizers && { authorizers }), ...who };
  const around = {
    pki,
    proxyClient: proxyClient.current,
    metrics,
    nodes,
    components,
    clusterIps,
    address,
    healthChecks,
  };
  const parts = partsConfig(options, { ...whoMay, ...around });
  const admission = options.admission && (await admissionOf(options.admission, deps));
  await server.load(standardParts({ ...parts, ...(admission && { admission }) }), signal).catch((cause: unknown) => {
    throw cause instanceof UnreadableValue ? new Failure(cause.message, { cause }) : cause;
  });
  const stores = [store, ...new Set((deps.overrides ?? []).map((o) => o.store))];
  return {
    server,
    pki,
    frontProxy,
    metrics,
    audit,
    nodes,
    begin: async (tasks) => {
      tasks.go((s) => server.run(s));
      if (authorizers) tasks.go((s) => authorizers.run(s));
      if (encryption) tasks.go((s) => encryption.run(s));
      if (encryption?.isFollowed) await server.lifecycle.step(encryptionHook, async () => {});
      if (authentication.follow) tasks.go(authentication.follow);
      const { compactionIntervalMs: intervalMs } = options;
      if (intervalMs !== 0) {
        const often = { ...deps, ...(intervalMs && { intervalMs }) };
        for (const each of stores) tasks.go((s) => compactRegularly(each, often, s));
      }
      await bootstrap(server);
    },
    publish: async (port, tasks) => {
      await publishServiceCidr(server, [clusterIps.text]);
      await publishKubernetesService(server, { clusterIp: clusterIps.first, address, port });
      tasks.go((s) => proxyClient.follow(s));
      const authentication = { clientCa: clientCaOf(options, pki), frontProxy };
      tasks.go((s) => runUpkeep(server, s, { authentication }));
      await keepIdentity(server, { hostname: hostname(), address: `${address}:${port}` }, tasks);
    },
  };
}

/** Names that every server's certificate is good for. */
const ownNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'localhost',
];

interface Around extends Pick<LoadedApiServer, 'pki' | 'frontProxy' | 'metrics' | 'nodes'> {
  readonly proxyClient: () => KeyPair;
  readonly audit?: AuditLog;
  readonly components: readonly Component[];
  readonly clusterIps: ClusterIps;
  readonly address: string;
  readonly authorizers?: AuthorizerChain;
  readonly healthChecks: NonNullable<PartsConfig['healthChecks']>;
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly authentication: Authentication;
}

/** Who the server's own tokens are from, and whom tokens are for. */
function identitiesOf({
  serviceAccountIssuer: issuers = [defaultIssuer],
  apiAudiences: audiences = issuers,
}: ApiServerOptions) {
  return { issuers, audiences };
}

async function authenticationOf(
  {
    authentication: asked = { anonymous: { isAllowed: true, isAskedFor: false }, bootstrapTokens: false },
  }: ApiServerOptions,
  deps: Omit<AuthenticationDeps, 'apiServerId'>,
  signal: AbortSignal,
): Promise<Authentication> {
  try {
    return await openAuthentication(asked, { ...deps, apiServerId: identityOf(hostname()) }, signal);
  } catch (cause) {
    throw new Failure(messageOf(cause), { cause });
  }
}

function partsConfig(options: ApiServerOptions, { pki, address, ...around }: Around): PartsConfig {
  const { serviceAccountMaxTokenExpiration: longestMs } = options;
  return {
    ...around,
    tokens: tokensSignedBy(pki, options),
    issuer: around.issuers[0] ?? defaultIssuer,
    ...(options.serviceAccountJwksUri && { jwksUri: options.serviceAccountJwksUri }),
    ...(longestMs && { longestTokenSeconds: longestMs / 1000 }),
    extendsTokens: options.serviceAccountExtendTokenExpiration ?? true,
    looksUpTokens: options.serviceAccountLookup ?? true,
    tokenAuthenticators: options.tokenAuthFile ? [tokensOf(options.tokenAuthFile, around.audiences)] : [],
    ...given(options, [
      'allowPrivileged',
      'limits',
      'priorityAndFairness',
      'requestTimeoutMs',
      'minWatchSeconds',
      'nodePortRange',
      'eventTtlSeconds',
      'flags',
      'profiling',
    ]),
    advertised: () => `${address}:${options.securePort}`,
    ...given(options.aggregation ?? {}, ['routeToEndpoints', 'rejectRedirects']),
  };
}

async function auditLogOf(
  { audit = {} }: ApiServerOptions,
  deps: Parameters<typeof openAuditLog>[1],
): Promise<AuditLog | undefined> {
  try {
    return await openAuditLog(audit, deps);
  } catch (cause) {
    throw new Failure(messageOf(cause), { cause });
  }
}

async function admissionOf(flags: AdmissionFlags, world: { clock: Clock; random: Random }): Promise<AdmissionSettings> {
  try {
    return await readAdmission(flags, { ...world, connections: new WebhookConnections() });
  } catch (cause) {
    throw new Failure(`failed to apply admission: ${reasonOf(cause)}`, { cause });
  }
}

function nodesTrustedBy(pki: Pki, { kubeletCa }: ApiServerOptions): LocalNodes {
  const ca = kubeletCa === 'own' ? pki.ca.cert : kubeletCa && pemIn(kubeletCa.file);
  return new LocalNodes(tlsNodes({ ...pki.apiserverKubeletClient, ...(ca && { ca }) }));
}

function tokensSignedBy(
  pki: Pki,
  { serviceAccountSigningKeyFile: own, serviceAccountKeyFile: others = [] }: ApiServerOptions,
): ServiceAccountTokens {
  const blocks = others.flatMap((file) => pemIn(file).match(/-----BEGIN [^]+?-----END [^-]+-----/g) ?? []);
  // Tokens of the time before the flag go on.
  return own
    ? new ServiceAccountTokens(pemIn(own), [...blocks, pki.serviceAccountKey])
    : new ServiceAccountTokens(pki.serviceAccountKey, blocks);
}

/** The same under the prefix and measured, each store once. */
function measuredOverrides(
  overrides: readonly StoreOverride[],
  kept: (store: StoreBackend) => StoreBackend,
  storeMetrics: StoreMetrics,
): StoreOverride[] {
  const stores = new Map<StoreBackend, StoreBackend>();
  return overrides.map((o) => {
    const store = stores.get(o.store) ?? storeMetrics.measured(kept(o.store));
    stores.set(o.store, store);
    return { ...o, store };
  });
}

function kindsOf({ runtimeConfig = '', featureGates: gates }: ApiServerOptions): ReturnType<typeof kindsServedBy> {
  try {
    return kindsServedBy({ config: parseRuntimeConfig(runtimeConfig), ...(gates && { gates }) });
  } catch (cause) {
    throw new Failure(`--runtime-config: ${reasonOf(cause)}`, { cause });
  }
}

function tokensOf(file: string, audiences: readonly string[]): ReturnType<typeof tokenFile> {
  try {
    readFileSync(file);
  } catch (cause) {
    throw new Failure(`the tokens of --token-auth-file ${file} can't be read: ${reasonOf(cause)}`, { cause });
  }
  return tokenFile(file, audiences);
}
