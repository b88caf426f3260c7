import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient, type Credentials, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { LeaseLost, withLeadership } from '@tiphys/sdk/operator';
import {
  type Clock,
  Gauge,
  group,
  type Logger,
  type Random,
  Registry,
  systemClock,
  systemRandom,
} from '@tiphys/sdk/runtime';
import { type HealthCheck, processMetrics } from '../serving/index.ts';
import { certificateOf } from './certificate-of.ts';
import type { ComponentServerOptions } from './component-server.ts';
import { reasonOf } from './data-dir.ts';
import { Failure } from './failure.ts';
import { type Level, stderrLogger } from './logger.ts';
import { pemIn } from './store.ts';

interface Shared {
  readonly kubeconfig: string;
  readonly logLevel: Level;
}

interface Deps {
  readonly client: Client;
  readonly cache: SharedCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** Runs one component over HTTP against whatever API server the kubeconfig names. */
async function alone(
  name: string,
  {
    kubeconfig,
    logLevel,
    leaderElect,
    ...server
  }: Shared & Partial<ComponentServerOptions> & { leaderElect?: boolean },
  run: (deps: Deps, signal: AbortSignal, credentials: Credentials) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const credentials = await loadKubeconfig(kubeconfig, systemClock).catch((cause: unknown) => {
    throw new Failure(`--kubeconfig ${kubeconfig} can't be used: ${reasonOf(cause)}`, { cause });
  });
  const transport = new HttpTransport({ ...credentials, userAgent: name });
  const client = createClient(transport, { fieldManager: name });
  const log = stderrLogger(logLevel).child({ component: name });
  const metrics = new Registry();
  const deps = { client, clock: systemClock, random: systemRandom, log, metrics };
  try {
    await using tasks = group(signal);
    const { securePort, bindAddress } = server;
    if (securePort && bindAddress !== undefined) {
      const { serveComponent } = await import('./component-server.ts');
      processMetrics(metrics);
      const clusterCa = credentials.ca && String(credentials.ca);
      const served = {
        ...deps,
        clusterCa,
        checks: () => healthChecks(leaderElect ? 'leaderElection' : 'ping', tasks.signal),
      };
      tasks.go((s) => serveComponent({ ...server, securePort, bindAddress }, served, s));
    }
    const cache = new SharedCache(deps, tasks.signal);
    tasks.go((s) => run({ ...deps, cache }, s, credentials).then(() => cache.done()));
    await tasks.done();
  } finally {
    transport.close();
  }
}

/** A component that lost its lease, or its way, ends: as long as it answers, it is well. */
const healthChecks = (name: string, signal: AbortSignal): readonly HealthCheck[] => [
  { name, check: () => undefined },
  { name: 'shutdown', in: ['readyz'], check: () => (signal.aborted ? 'process is shutting down' : undefined) },
];

/** At most one at a time, when there may be several; ends when another has taken over. */
async function led(
  name: string,
  leaderElect: boolean,
  deps: Deps,
  run: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (!leaderElect) return run(signal);
  const identity = `${hostname()}_${deps.random.uuid()}`;
  const leads = new Gauge({
    name: 'leader_election_master_status',
    help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
    labelNames: ['name'],
    registers: [deps.metrics],
  });
  leads.set({ name }, 0);
  const lead = (s: AbortSignal) => {
    leads.set({ name }, 1);
    return run(s);
  };
  try {
    await withLeadership({ ...deps, namespace: 'kube-system', name, identity }, lead, signal);
  } catch (err) {
    if (err instanceof LeaseLost) throw new Failure('the lease was lost, another one leads now', { cause: err });
    throw err;
  }
}

interface ControllerManagerOptions extends Shared, ComponentServerOptions {
  readonly leaderElect: boolean;
  readonly rootCaFile?: string;
  readonly clusterCidr?: string;
}

export async function controllerManager(o: ControllerManagerOptions, signal: AbortSignal): Promise<void> {
  const { runControllers } = await import('../controllers/index.ts');
  const name = 'kube-controller-manager';
  await alone(
    name,
    o,
    (deps, s, credentials) => {
      const rootCa = o.rootCaFile ? readFileSync(o.rootCaFile, 'utf8') : String(credentials.ca ?? '');
      const nodeIpam = o.clusterCidr && { clusterCidr: o.clusterCidr, nodeMaskSize: 24 };
      const config = { rootCa, ...(nodeIpam && { nodeIpam }) };
      return led(name, o.leaderElect, deps, (own) => runControllers({ ...deps, config }, own), s);
    },
    signal,
  );
}

export async function scheduler(
  o: Shared & ComponentServerOptions & { leaderElect: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { runScheduler } = await import('../scheduler/index.ts');
  const name = 'kube-scheduler';
  await alone(name, o, (deps, s) => led(name, o.leaderElect, deps, (own) => runScheduler(deps, own), s), signal);
}

interface KubeletOptions extends Shared, Omit<ComponentServerOptions, 'securePort' | 'bindAddress' | 'profiling'> {
  readonly port: number;
  readonly hostnameOverride: string;
  readonly containerRuntimeEndpoint: string;
  readonly nodeIp: string;
  readonly rootDir: string;
  readonly podLogsDir: string;
  readonly cgroupRoot: string;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
}

export async function kubelet(o: KubeletOptions, signal: AbortSignal): Promise<void> {
  const { connectRuntime, defaultKubeletConfig, runKubelet } = await import('../kubelet/index.ts');
  const runtime = connectRuntime(o.containerRuntimeEndpoint.replace(/^unix:\/\//, ''), { clock: systemClock });
  const config = {
    ...defaultKubeletConfig,
    nodeName: o.hostnameOverride,
    hostname: hostname(),
    nodeIPs: [o.nodeIp],
    rootDir: o.rootDir,
    podLogsDir: o.podLogsDir,
    cgroupRoot: o.cgroupRoot,
    clusterDNS: o.clusterDns,
    clusterDomain: o.clusterDomain,
    serverPort: o.port,
  };
  const world = { clock: systemClock, random: systemRandom };
  const names = [config.nodeName, ...config.nodeIPs];
  try {
    await alone(
      'kubelet',
      o,
      (deps, s, credentials) => {
        const clientCa = o.clientCaFile ? pemIn(o.clientCaFile) : String(credentials.ca ?? '');
        const serving = { listen: { ...certificateOf(o, names, world), clientCa } };
        return runKubelet({ ...deps, config, runtime, serving }, s);
      },
      signal,
    );
  } finally {
    runtime.close();
  }
}

interface ProxyOptions extends Shared {
  readonly hostnameOverride: string;
  readonly clusterCidr: string;
  readonly serviceClusterIpRange: string;
}

export async function proxy(o: ProxyOptions, signal: AbortSignal): Promise<void> {
  const { defaultProxyConfig, runProxy } = await import('../network/index.ts');
  const config = {
    ...defaultProxyConfig,
    node: o.hostnameOverride,
    podCIDRs: [o.clusterCidr],
    serviceCIDRs: [o.serviceClusterIpRange],
  };
  await alone('kube-proxy', o, (deps, s) => runProxy({ ...deps, config }, s), signal);
}

interface DnsOptions extends Shared {
  readonly address: string;
  readonly port: number;
  readonly serviceClusterIpRange: string;
  readonly clusterDomain: string;
}

export async function dns(o: DnsOptions, signal: AbortSignal): Promise<void> {
  const { defaultDnsConfig, dnsClusterIP, runDns } = await import('../network/index.ts');
  const { address, port, clusterDomain: domain } = o;
  const config = { ...defaultDnsConfig, domain, address, port, clusterIP: dnsClusterIP(o.serviceClusterIpRange) };
  await alone('kube-dns', o, (deps, s) => runDns({ ...deps, config }, s), signal);
}
