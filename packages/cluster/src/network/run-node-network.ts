import { node as nodeKind } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import { Broadcast, type Clock, type Logger, type Registry, TaskGroup, throwIfAborted } from '@tiphys/sdk/runtime';
import { type CniConfig, defaultCniConfig } from './cni/config.ts';
import { type CniPaths, ensureCni } from './cni/ensure-cni.ts';
import { keepCni } from './cni/keep-cni.ts';
import { defaultNodeRoutesConfig, type NodeRoutesConfig, runNodeRoutes } from './cni/node-routes.ts';
import type { Commands } from './commands.ts';
import { defaultProxyConfig, type ProxyConfig, runProxy } from './proxy/run-proxy.ts';
import type { Family } from './proxy/service.ts';

export interface NodeNetworkConfig {
  node: string;
  family: Family;
  serviceCIDRs: readonly string[];
  cni: Omit<CniConfig, 'family' | 'podCIDR'>;
  proxy: Omit<ProxyConfig, 'family' | 'node' | 'podCIDRs' | 'serviceCIDRs'>;
  routes: Omit<NodeRoutesConfig, 'family' | 'node'>;
  /** How often to look whether the pod network is still as it was made. */
  checkMs: number;
}

/** What a node's network is unless told otherwise; the rest names the node and the services' addresses. */
export const defaultNodeNetworkConfig = {
  family: 'ip',
  cni: defaultCniConfig,
  proxy: defaultProxyConfig,
  routes: defaultNodeRoutesConfig,
  checkMs: 30_000,
} as const;

export interface NodeNetworkDeps {
  cache: Cache;
  clock: Clock;
  log: Logger;
  metrics: Registry;
  config: NodeNetworkConfig;
  /** The machine's own unless the node lives in a network namespace. */
  commands?: Commands;
  /** Called when pods can have a network. */
  onReady?: (paths: CniPaths) => void;
}

/**
 * The whole network of a node until stopped: pods get addresses as soon as the Node has a pod CIDR, routes lead to the pods of
 * other nodes, and services are served. Rejects where the machine lacks something (`NetworkRequirementError`).
 */
export async function runNodeNetwork(deps: NodeNetworkDeps, signal: AbortSignal): Promise<void> {
  const { config, onReady, ...shared } = deps;
  const { node, family, serviceCIDRs, checkMs } = config;
  const podCIDRs = [config.cni.clusterCIDR];
  await using tasks = new TaskGroup(signal);
  tasks.go((s) => runProxy({ ...shared, config: { ...config.proxy, node, family, podCIDRs, serviceCIDRs } }, s));
  tasks.go((s) => runNodeRoutes({ ...shared, config: { ...config.routes, node, family } }, s));
  tasks.go(async (s) => {
    const cni = { ...config.cni, family, podCIDR: await podCIDROf(deps.cache, config, s) };
    const paths = await ensureCni({ ...shared, config: cni }, s);
    onReady?.(paths);
    await keepCni({ ...shared, config: cni, checkMs }, s);
  });
  await tasks.done();
}

/** The node's share of the pods' addresses, once it has been given one. */
async function podCIDROf(cache: Cache, { node, family }: NodeNetworkConfig, signal: AbortSignal): Promise<string> {
  const nodes = cache.informer(nodeKind);
  const changed = new Broadcast();
  const end = nodes.on(() => changed.notify());
  try {
    for (;;) {
      const { podCIDR, podCIDRs } = nodes.get(undefined, node)?.spec ?? {};
      const own = [...(podCIDRs ?? []), podCIDR].find((cidr) => cidr && cidr.includes(':') === (family === 'ip6'));
      if (own) return own;
      await changed.next(signal);
      throwIfAborted(signal);
    }
  } finally {
    end();
  }
}
