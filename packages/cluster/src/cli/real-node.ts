import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient } from '@tiphys/sdk/client';
import { type Clock, group, type Logger, type Random, Registry } from '@tiphys/sdk/runtime';
import type { ApiServer, LocalNodes } from '../apiserver/index.ts';
import {
  connectRuntime,
  defaultKubeletConfig,
  type KubeletConfig,
  type NodeServing,
  removeContainerd,
  removeNode,
  runKubelet,
  startContainerd,
} from '../kubelet/index.ts';
import {
  defaultCniConfig,
  defaultDnsConfig,
  defaultNodeNetworkConfig,
  defaultNodeRoutesConfig,
  defaultProxyConfig,
  dnsClusterIP,
  NetworkRequirementError,
  publishDns,
  resetNetwork,
  runDns,
  runNodeNetwork,
} from '../network/index.ts';
import type { Pki } from '../pki/index.ts';
import { component } from './control-plane.ts';
import { defaultDataDir, filesIn } from './data-dir.ts';
import { Failure } from './failure.ts';
import { machineAddress, machineName } from './machine.ts';

export interface RealNodeOptions {
  readonly dataDir: string;
  readonly clusterCidr: string;
  readonly serviceClusterIpRange: string;
  readonly kubeletPort: number;
  /** Asked at the end: whether pods go on without us. */
  readonly keepsPods: () => boolean;
}

export interface RealNodeDeps {
  readonly server: ApiServer;
  readonly nodes: LocalNodes;
  readonly pki: Pki;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly onReady?: () => void;
}

/**
 * This machine as a node: a containerd of its own, the pod network, DNS and the node agent. At the end the pods are ended with
 * their grace and nothing of them stays, unless they are to be kept.
 */
export async function runRealNode(options: RealNodeOptions, deps: RealNodeDeps, signal: AbortSignal): Promise<void> {
  const { dataDir, serviceClusterIpRange, keepsPods } = options;
  const { server, nodes, pki, clock, random, log } = deps;
  const names = namesOf(dataDir);
  const clusterDns = dnsClusterIP(serviceClusterIpRange);
  const kubelet = { ...kubeletConfig(dataDir, clusterDns), serverPort: options.kubeletPort };
  const metrics = new Registry();

  // What the node agent stands on is there until it has ended the pods.
  await using base = group();
  const clientOf = (name: string, ...groups: string[]): Client =>
    createClient(server.transport(component(name, ...groups)), { fieldManager: name.split(':').at(-1)! });
  const cacheOf = (client: Client, s: AbortSignal): SharedCache => {
    const cache = new SharedCache({ client, clock, random, log }, s);
    base.go(() => cache.done());
    return cache;
  };

  const containerd = await startContainerd(
    { dir: names.containerdDir, cniConfDir: names.cni.confDir, architecture: architecture() },
    deps,
    base.signal,
  );
  base.go(() => containerd.ended);

  const proxy = clientOf('system:kube-proxy', 'system:masters');
  const network = networkConfig(options, kubelet.nodeName);
  base.go((s) => runNodeNetwork({ cache: cacheOf(proxy, s), clock, log, metrics, config: network }, s));

  const dns = clientOf('system:kube-dns', 'system:masters');
  const address = machineAddress();
  const onListening = (port: number) => base.go((s) => publishDns(dns, { clusterIP: clusterDns, address, port }, s));
  const config = { ...defaultDnsConfig, clusterIP: clusterDns, address, port: 0 };
  base.go((s) => runDns({ cache: cacheOf(dns, s), clock, random, log, metrics, config, onListening }, s));

  const client = clientOf(`system:node:${kubelet.nodeName}`, 'system:nodes');
  const runtime = connectRuntime(containerd.socket, { clock });
  try {
    // The node agent ends when told to, or when what it stands on does.
    const stop = AbortSignal.any([signal, base.signal]);
    const cache = cacheOf(client, base.signal);
    const endsPods = () => signal.aborted && !keepsPods();
    const { nodeName, nodeIPs } = kubelet;
    const certificate = pki.keptServer('kubelet', `system:node:${nodeName}`, [nodeName, ...nodeIPs]);
    const serving: NodeServing = {
      listen: { ...certificate, clientCa: pki.ca.cert },
      inProcess: (accept) => nodes.add(nodeName, accept),
    };
    const { onReady } = deps;
    await runKubelet(
      {
        client,
        cache,
        clock,
        random,
        log,
        metrics,
        config: kubelet,
        runtime,
        serving,
        endsPods,
        ...(onReady && { onReady }),
      },
      stop,
    );
    if (!signal.aborted) await base.done();
  } catch (err) {
    throw err instanceof NetworkRequirementError ? new Failure(err.message, { cause: err }) : err;
  } finally {
    runtime.close();
  }
  if (keepsPods()) return;
  await base[Symbol.asyncDispose]();
  await removeContainerd(names.containerdDir, { clock, data: false });
  await resetNetwork(names.all);
}

/** Removes everything that a node of this data directory may have left on the machine. */
export async function removeRealNode(dataDir: string, clock: Clock): Promise<void> {
  const names = namesOf(dataDir);
  await removeContainerd(names.containerdDir, { clock, data: true });
  await resetNetwork(names.all);
  await rm(names.runDir, { recursive: true, force: true });
  await removeNode(kubeletConfig(dataDir, ''));
}

function networkConfig({ dataDir, clusterCidr, serviceClusterIpRange }: RealNodeOptions, node: string) {
  const { cni, proxyTable, routeProtocol } = namesOf(dataDir);
  return {
    ...defaultNodeNetworkConfig,
    node,
    serviceCIDRs: [serviceClusterIpRange],
    cni: { ...cni, clusterCIDR: clusterCidr },
    proxy: { ...defaultProxyConfig, table: proxyTable },
    routes: { ...defaultNodeRoutesConfig, routeProtocol },
  };
}

/** What a node has on the machine is named after its data directory, so that clusters beside one another don't meet. */
function namesOf(dataDir: string) {
  const node = filesIn(dataDir).node;
  const id = idOf(dataDir);
  const runDir = join('/run', id);
  const cni = {
    ...defaultCniConfig,
    network: id,
    bridge: `${id}0`,
    table: `${id}-pods`,
    forwardChain: `${id.toUpperCase()}-FORWARD`,
    confDir: join(node, 'cni'),
    ipamDir: join(runDir, 'networks'),
  };
  const [proxyTable, { routeProtocol }] = [`${id}-proxy`, defaultNodeRoutesConfig];
  return {
    runDir,
    containerdDir: filesIn(dataDir).containerd,
    cni,
    proxyTable,
    routeProtocol,
    all: { ...cni, proxyTable, routeProtocol },
  };
}

function idOf(dataDir: string): string {
  if (dataDir === defaultDataDir({}, true)) return 'tiphys';
  return `tiphys${createHash('sha256').update(dataDir).digest('hex').slice(0, 6)}`;
}

function kubeletConfig(dataDir: string, clusterDns: string): KubeletConfig {
  const node = filesIn(dataDir).node;
  const nodeName = machineName();
  return {
    ...defaultKubeletConfig,
    nodeName,
    hostname: nodeName,
    nodeIPs: [machineAddress()],
    rootDir: join(node, 'kubelet'),
    podLogsDir: join(node, 'logs'),
    clusterDNS: [clusterDns],
    cgroupRoot: idOf(dataDir),
  };
}

const architecture = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);
