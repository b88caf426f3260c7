import { isOpen } from '@tiphys/sdk/api';
import { type Clock, group, type Random, systemClock, systemRandom, whenAborted } from '@tiphys/sdk/runtime';
import {
  type ApiServer,
  crossOrigin,
  listen,
  type Listening,
  type ListenOptions,
  type Served,
  type StoreOverride,
  withHeaders,
} from '../apiserver/index.ts';
import type { ServedEtcd, StoreBackend } from '../store/index.ts';
import { type ApiServerOptions, given } from './apiserver-options.ts';
import { componentsBeside } from './component-checks.ts';
import { reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { type ApiServerDeps, loadApiServer, type LoadedApiServer } from './load-apiserver.ts';
import { followCertificates, servingCredentials } from './serving-certificates.ts';
import type { ServingOptions } from './serving-flags.ts';
import { type Level, stderrLogger } from './logger.ts';
import { type EtcdFlags, openEtcdStore, openStore } from './store.ts';

export interface RunningApiServer extends Pick<LoadedApiServer, 'server' | 'pki' | 'metrics' | 'nodes'> {
  readonly listening: Listening;
  /** The store for others, where `--serve-etcd` asks for it. */
  readonly etcd: ServedEtcd | undefined;
  /** Ends with the signal that it was started with. */
  readonly ended: Promise<void>;
}

/** The API server as a program of its own: until the signal aborts. */
export async function runApiServer(options: ApiServerOptions, level: Level, signal: AbortSignal): Promise<void> {
  const world = { clock: systemClock, random: systemRandom };
  const store = options.etcd ? await openEtcdStore(options.etcd, world) : await openStore(options.dataDir, systemClock);
  let overrides: readonly StoreOverride[] = [];
  try {
    overrides = await openOverrides(options, world);
    const deps = { store, overrides, ...world, log: stderrLogger(level) };
    const components = componentsBeside(systemClock);
    const { ended, listening, etcd } = await startApiServer(options, { ...deps, components }, signal);
    if (etcd) process.stderr.write(`tiphys apiserver: the store is served as etcd at ${etcd.endpoint}\n`);
    process.stderr.write(`tiphys apiserver: ready on port ${listening.port}\n`);
    await ended;
  } finally {
    for (const each of new Set([store, ...overrides.map((o) => o.store)])) await each.close();
  }
}

/** Loads the store, listens, and makes what every cluster has; resolves when requests are answered. */
export async function startApiServer(
  options: ApiServerOptions,
  deps: ApiServerDeps,
  signal: AbortSignal,
): Promise<RunningApiServer> {
  const { clock, random } = deps;
  const { begin, publish, ...loaded } = await loadApiServer(options, deps, signal);
  const { server, pki, frontProxy, audit } = loaded;
  // The server goes on behind the signal until everybody who waits has been answered.
  const tasks = group();
  let listening: Listening | undefined;
  let etcd: ServedEtcd | undefined;
  const end = async () => {
    const over = tasks[Symbol.asyncDispose]();
    await listening?.close();
    await over;
    await audit?.close();
    etcd?.close();
  };
  try {
    // Before requests are answered: whoever hears that the server is ready may count on its store too.
    if (options.serveEtcd) {
      const { serveStore } = await import('./serve-etcd.ts');
      etcd = await serveStore(deps.store, options.serveEtcd, { pki, dataDir: options.dataDir, clock });
    }
    await begin(tasks);
    const { serving = {} } = options;
    const read = () => servingCredentials(options, { pki, frontProxyCa: frontProxy.ca });
    listening = await listen(servedBy(server, serving), {
      ...read(),
      clock,
      host: options.bindAddress,
      port: options.securePort,
      ...given(options, ['maxStreamsPerConnection']),
      ...given(serving, ['minVersion', 'ciphers']),
      ...movingOn(serving, random),
      compresses: isOpen(server.kinds.gates, 'APIResponseCompression'),
    });
    followCertificates(options, { ...deps, listening, read }, tasks);
    await publish(listening.port, tasks);
  } catch (err) {
    // What has begun would keep the process, which has nobody to serve. Why it ends is told already.
    await end().catch(() => {});
    throw whyNotListening(err, options);
  }
  const ended = Promise.race([tasks.done(), shutDown({ server, listening, clock }, options, signal)]).finally(end);
  return { ...loaded, listening, etcd, ended };
}

/** The server with what browsers want to know, where that is asked for. */
function servedBy(server: ApiServer, { corsOrigins, strictTransport }: ServingOptions): Served {
  const open = corsOrigins
    ? crossOrigin(
        server,
        corsOrigins.map((o) => new RegExp(o)),
      )
    : server;
  return strictTransport ? withHeaders(open, { 'strict-transport-security': strictTransport.join('; ') }) : open;
}

function movingOn({ goawayChance }: ServingOptions, random: Random): Partial<ListenOptions> {
  if (!goawayChance) return {};
  const dice = random.fork('goaway');
  return { moveOn: () => dice.next() < goawayChance };
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

function whyNotListening(cause: unknown, { securePort, bindAddress, portFlag }: ApiServerOptions): unknown {
  const why: Record<string, string> = {
    EADDRINUSE: `port ${securePort} is in use: see who has it with "ss -ltnp 'sport = :${securePort}'", or choose another with ${portFlag}`,
    EACCES: `port ${securePort} needs root: choose one from 1024 on with ${portFlag}`,
    EADDRNOTAVAIL: `${bindAddress} is no address of this machine: choose another with --bind-address`,
  };
  const text = why[reasonOf(cause)];
  return text ? new Failure(text, { cause }) : cause;
}
