import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  type Clock,
  type Logger,
  type Random,
  Registry,
  systemClock,
  systemRandom,
  whenAborted,
} from '@tiphys/sdk/runtime';
import {
  ApiServer,
  bootstrap,
  ClusterIps,
  type Component,
  kindsServedBy,
  listen,
  type Listening,
  LocalNodes,
  parseRuntimeConfig,
  processMetrics,
  type PartsConfig,
  publishKubernetesService,
  publishServiceCidr,
  resourceOfKey,
  runUpkeep,
  standardParts,
  StoreMetrics,
  type StoreOverride,
  tlsNodes,
  tokenFile,
} from '../apiserver/index.ts';
import { Pki, ServiceAccountTokens } from '../pki/index.ts';
import { compactRegularly, type ServedEtcd, type StoreBackend } from '../store/index.ts';
import { componentsBeside } from './component-checks.ts';
import { filesIn, reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { machineAddress } from './machine.ts';
import { type Level, stderrLogger } from './logger.ts';
import { type EtcdFlags, openEtcdStore, openStore, pemIn, underPrefix } from './store.ts';

export interface ApiServerOptions {
  readonly dataDir: string;
  readonly securePort: number;
  /** How the flag is called that the port came from. */
  readonly portFlag: string;
  readonly bindAddress: string;
  readonly tokenAuthFile?: string;
  readonly serviceClusterIpRange: string;
  readonly allowPrivileged: boolean;
  /** Versions to serve or not, as `--runtime-config` says it. */
  readonly runtimeConfig?: string;
  /** Admission plugins beside upstream's default ones. */
  readonly enableAdmissionPlugins?: readonly string[];
  readonly limits?: { readonly readOnly: number; readonly mutating: number };
  readonly requestTimeoutMs?: number;
  readonly minWatchSeconds?: number;
  readonly maxStreamsPerConnection?: number;
  /** Between not being ready any more and letting nobody in. */
  readonly shutdownDelayMs?: number;
  /** Pods and nodes reach the server under it; the address of this machine when left out. */
  readonly advertiseAddress?: string;
  /** What it shows, unless it is a certificate of its own. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** An authority of clients' certificates beside our own. */
  readonly clientCaFile?: string;
  readonly serviceAccountIssuer?: readonly string[];
  readonly serviceAccountKeyFile?: readonly string[];
  readonly serviceAccountSigningKeyFile?: string;
  readonly apiAudiences?: readonly string[];
  readonly allowAnonymous?: boolean;
  readonly authorizationModes?: PartsConfig['authorizationModes'];
  /** The store of the data directory, when left out. */
  readonly etcd?: EtcdFlags;
  readonly etcdPrefix?: string;
  /** Other clusters, for some resources. */
  readonly etcdOverrides?: readonly {
    readonly group: string;
    readonly resource: string;
    readonly servers: readonly string[];
  }[];
  /** Where etcd's own API is served over the store. */
  readonly serveEtcd?: string;
}

export interface RunningApiServer {
  readonly server: ApiServer;
  readonly pki: Pki;
  /** What `/metrics` tells: components beside the server add theirs. */
  readonly metrics: Registry;
  /** Agents of nodes in this process are added here. */
  readonly nodes: LocalNodes;
  readonly listening: Listening;
  /** Ends with the signal that it was started with. */
  readonly ended: Promise<void>;
}

/** The API server as a program of its own: until the signal aborts. */
export async function runApiServer(options: ApiServerOptions, level: Level, signal: AbortSignal): Promise<void> {
  const world = { clock: systemClock, random: systemRandom };
  const store = options.etcd ? await openEtcdStore(options.etcd, world) : await openStore(options.dataDir, systemClock);
  let served: ServedEtcd | undefined;
  let overrides: readonly StoreOverride[] = [];
  try {
    overrides = await openOverrides(options, world);
    const deps = { store, overrides, ...world, log: stderrLogger(level) };
    const components = componentsBeside(systemClock);
    const { ended, listening, pki } = await startApiServer(options, { ...deps, components }, signal);
    if (options.serveEtcd) {
      const { serveStore } = await import('./serve-etcd.ts');
      served = await serveStore(store, options.serveEtcd, { pki, dataDir: options.dataDir, clock: systemClock });
      process.stderr.write(`tiphys apiserver: the store is served as etcd at ${served.endpoint}\n`);
    }
    process.stderr.write(`tiphys apiserver: ready on port ${listening.port}\n`);
    await ended;
  } finally {
    served?.close();
    for (const each of new Set([store, ...overrides.map((o) => o.store)])) await each.close();
  }
}

const defaultIssuer = 'https://kubernetes.default.svc';

/** Loads the store, listens, and makes what every cluster has; resolves when requests are answered. */
export async function startApiServer(
  options: ApiServerOptions,
  deps: {
    store: StoreBackend;
    overrides?: readonly StoreOverride[];
    components: readonly Component[];
    clock: Clock;
    random: Random;
    log: Logger;
  },
  signal: AbortSignal,
): Promise<RunningApiServer> {
  const { clock, random } = deps;
  const address = options.advertiseAddress ?? machineAddress();
  const { serviceAccountIssuer: issuers = [defaultIssuer] } = options;
  const issuer = issuers[0] ?? defaultIssuer;
  const store = underPrefix(deps.store, options.etcdPrefix);
  const clusterIps = new ClusterIps(options.serviceClusterIpRange, random.fork('cluster-ips'));
  const serverNames = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'localhost',
    hostname(),
    '127.0.0.1',
    '::1',
    clusterIps.first,
    address,
  ];
  const pki = new Pki(filesIn(options.dataDir).pki, { clock, random }, { serverNames });
  const metrics = new Registry();
  processMetrics(metrics);
  const storeMetrics = new StoreMetrics(metrics, { clock, placeOf: resourceOfKey });
  const measured = storeMetrics.measured(store);
  const overrides = measuredOverrides(deps.overrides ?? [], options.etcdPrefix, storeMetrics);
  const server = new ApiServer({ ...deps, store: measured, overrides, kinds: kindsOf(options.runtimeConfig ?? '') });
  const nodes = new LocalNodes(tlsNodes({ ...pki.apiserverKubeletClient, ca: pki.ca.cert }));
  const parts = standardParts({
    metrics,
    tokens: tokensSignedBy(pki, options),
    issuer,
    issuers,
    audiences: options.apiAudiences ?? issuers,
    enableAdmissionPlugins: [
      ...(options.enableAdmissionPlugins ?? []),
      ...(options.allowPrivileged ? [] : ['Unprivileged']),
    ],
    tokenAuthenticators: options.tokenAuthFile ? [tokensOf(options.tokenAuthFile)] : [],
    nodes,
    components: deps.components,
    clusterIps,
    ...given(options, ['limits', 'requestTimeoutMs', 'minWatchSeconds', 'allowAnonymous', 'authorizationModes']),
    advertised: () => `${address}:${options.securePort}`,
  });
  await server.load(parts, signal);
  // The server goes on behind the signal until everybody who waits has been answered.
  const stop = new AbortController();
  const stores = [store, ...new Set((deps.overrides ?? []).map((o) => o.store))];
  const compacting = stores.map((s) => compactRegularly(s, deps, stop.signal));
  const running = [server.run(stop.signal), ...compacting];
  await bootstrap(server);
  const listening = await listen(server, {
    host: options.bindAddress,
    port: options.securePort,
    ...(options.tls ? { cert: pemIn(options.tls.certFile), key: pemIn(options.tls.keyFile) } : pki.apiserver),
    clientCa: [pki.ca.cert, ...(options.clientCaFile ? [pemIn(options.clientCaFile)] : [])].join('\n'),
    ...given(options, ['maxStreamsPerConnection']),
  }).catch((err: unknown) => {
    // What has begun would keep the process, which has nobody to serve.
    stop.abort();
    throw whyNotListening(err, options);
  });
  await publishServiceCidr(server, [clusterIps.text]);
  await publishKubernetesService(server, { clusterIp: clusterIps.first, address, port: listening.port });
  const work = Promise.all([...running, runUpkeep(server, stop.signal)]);
  const ended = Promise.race([work, shutDown({ server, listening, clock }, options, signal)])
    .finally(() => {
      stop.abort();
      return listening.close();
    })
    .then(() => work)
    .then(() => {});
  return { server, nodes, pki, metrics, listening, ended };
}

/**
 * Waits for the signal and ends in upstream's order: not ready, but at work, for as long as load balancers take to notice;
 * then nobody new is let in, watches end, and who waits is answered.
 */
async function shutDown(
  { server, listening, clock }: { server: ApiServer; listening: Listening; clock: Clock },
  { shutdownDelayMs = 0, requestTimeoutMs = 60_000 }: ApiServerOptions,
  signal: AbortSignal,
): Promise<void> {
  await whenAborted(signal);
  server.lifecycle.end();
  if (shutdownDelayMs) await clock.sleep(shutdownDelayMs);
  server.lifecycle.close();
  server.endWatches();
  await listening.drain(clock.timeout(requestTimeoutMs));
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

/** A store for each set of servers that resources have of their own. */
async function openOverrides(
  { etcd, etcdOverrides = [], ...files }: ApiServerOptions & Partial<EtcdFlags>,
  world: { clock: Clock; random: Random },
): Promise<StoreOverride[]> {
  const stores = new Map<string, StoreBackend>();
  const found: StoreOverride[] = [];
  for (const { group, resource, servers } of etcdOverrides) {
    const name = servers.join(';');
    const store = stores.get(name) ?? (await openEtcdStore({ ...files, ...etcd, etcdServers: servers }, world));
    stores.set(name, store);
    found.push({ group, resource, store });
  }
  return found;
}

/** The same under the prefix and measured, each store once. */
function measuredOverrides(
  overrides: readonly StoreOverride[],
  prefix: string | undefined,
  storeMetrics: StoreMetrics,
): StoreOverride[] {
  const stores = new Map<StoreBackend, StoreBackend>();
  return overrides.map((o) => {
    const store = stores.get(o.store) ?? storeMetrics.measured(underPrefix(o.store, prefix));
    stores.set(o.store, store);
    return { ...o, store };
  });
}

/** Those of the options that were given. */
function given<T extends object, K extends keyof T>(options: T, names: readonly K[]): { [P in K]?: NonNullable<T[P]> } {
  return Object.fromEntries(names.flatMap((n) => (options[n] === undefined ? [] : [[n, options[n]]]))) as never;
}

function kindsOf(runtimeConfig: string): ReturnType<typeof kindsServedBy> {
  try {
    return kindsServedBy(parseRuntimeConfig(runtimeConfig));
  } catch (cause) {
    throw new Failure(`--runtime-config: ${reasonOf(cause)}`, { cause });
  }
}

function tokensOf(file: string): ReturnType<typeof tokenFile> {
  try {
    readFileSync(file);
  } catch (cause) {
    throw new Failure(`the tokens of --token-auth-file ${file} can't be read: ${reasonOf(cause)}`, { cause });
  }
  return tokenFile(file);
}

function whyNotListening(cause: unknown, { securePort, bindAddress, portFlag }: ApiServerOptions): unknown {
  const why: Record<string, string> = {
    EADDRINUSE: `port ${securePort} is in use: see who has it with "ss -ltnp 'sport = :${securePort}'", or choose another with ${portFlag}`,
    EACCES: `port ${securePort} needs root: choose one from 1024 on with ${portFlag}`,
    EADDRNOTAVAIL: `${bindAddress} is no address of this machine: choose another with --bind-address`,
  };
  const text = why[reasonOf(cause)];
  return text ? new Failure(text, { cause }) : cause;
}
