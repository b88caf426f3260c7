import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Clock, type Logger, type Random, Registry, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import {
  ApiServer,
  bootstrap,
  ClusterIps,
  listen,
  type Listening,
  LocalNodes,
  processMetrics,
  publishKubernetesService,
  runUpkeep,
  standardParts,
  tlsNodes,
  tokenFile,
} from '../apiserver/index.ts';
import { Pki, ServiceAccountTokens } from '../pki/index.ts';
import { compactRegularly, type StoreBackend } from '../store/index.ts';
import { filesIn, reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { machineAddress } from './machine.ts';
import { type Level, stderrLogger } from './logger.ts';
import { type EtcdFlags, openEtcdStore, openStore } from './store.ts';

export interface ApiServerOptions {
  readonly dataDir: string;
  readonly securePort: number;
  /** How the flag is called that the port came from. */
  readonly portFlag: string;
  readonly bindAddress: string;
  readonly tokenAuthFile?: string;
  readonly serviceClusterIpRange: string;
  readonly allowPrivileged: boolean;
  /** Admission plugins beside upstream's default ones. */
  readonly enableAdmissionPlugins?: readonly string[];
  /** The store of the data directory, when left out. */
  readonly etcd?: EtcdFlags;
}

export interface RunningApiServer {
  readonly server: ApiServer;
  readonly pki: Pki;
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
  try {
    const deps = { store, ...world, log: stderrLogger(level) };
    const { ended, listening } = await startApiServer(options, deps, signal);
    process.stderr.write(`tiphys apiserver: ready on port ${listening.port}\n`);
    await ended;
  } finally {
    await store.close();
  }
}

const issuer = 'https://kubernetes.default.svc';

/** Loads the store, listens, and makes what every cluster has; resolves when requests are answered. */
export async function startApiServer(
  options: ApiServerOptions,
  deps: { store: StoreBackend; clock: Clock; random: Random; log: Logger },
  signal: AbortSignal,
): Promise<RunningApiServer> {
  const { clock, random } = deps;
  const address = machineAddress();
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
  const server = new ApiServer(deps);
  const metrics = new Registry();
  processMetrics(metrics);
  const nodes = new LocalNodes(tlsNodes({ ...pki.apiserverKubeletClient, ca: pki.ca.cert }));
  const parts = standardParts({
    metrics,
    tokens: new ServiceAccountTokens(pki.serviceAccountKey),
    issuer,
    audiences: [issuer],
    enableAdmissionPlugins: [
      ...(options.enableAdmissionPlugins ?? []),
      ...(options.allowPrivileged ? [] : ['Unprivileged']),
    ],
    tokenAuthenticators: options.tokenAuthFile ? [tokensOf(options.tokenAuthFile)] : [],
    nodes,
    clusterIps,
    advertised: () => `${address}:${options.securePort}`,
  });
  await server.load(parts, signal);
  const ended = Promise.all([server.run(signal), compactRegularly(deps.store, deps, signal)]);
  await bootstrap(server);
  const listening = await listen(server, {
    host: options.bindAddress,
    port: options.securePort,
    ...pki.apiserver,
    clientCa: pki.ca.cert,
  }).catch((err: unknown) => Promise.reject(whyNotListening(err, options)));
  await publishKubernetesService(server, { clusterIp: clusterIps.first, address, port: listening.port });
  return {
    server,
    nodes,
    pki,
    listening,
    ended: Promise.all([ended, runUpkeep(server, signal)])
      .then(() => {})
      .finally(() => listening.close()),
  };
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
