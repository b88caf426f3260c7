import type { Cache } from '@tiphys/sdk/cache';
import { type Clock, type Logger, type Random, type Registry, TaskGroup } from '@tiphys/sdk/runtime';
import { ClusterZone, type ClusterZoneConfig } from './cluster-zone.ts';
import { Forwarder, type ForwarderConfig } from './forwarder.ts';
import { dnsMetrics } from './metrics.ts';
import { Resolver } from './resolver.ts';
import { type DnsServerConfig, serveDns } from './server.ts';
import { ZoneFeed } from './zone-feed.ts';

export interface DnsConfig extends ClusterZoneConfig, DnsServerConfig, Omit<ForwarderConfig, 'own'> {}

export interface DnsDeps {
  cache: Cache;
  clock: Clock;
  random: Random;
  log: Logger;
  metrics: Registry;
  config: DnsConfig;
  /** Called when the server listens, with its port. */
  onListening?: (port: number) => void;
}

/** What a DNS server does unless told otherwise; where it listens and its cluster IP are the cluster's to say. */
export const defaultDnsConfig = {
  domain: 'cluster.local',
  ttlSeconds: 30,
  resolvConf: '/etc/resolv.conf',
  timeoutMs: 2_000,
  maxKeepSeconds: 30,
  maxCachedAnswers: 10_000,
  maxConcurrent: 1_000,
} as const;

/** The cluster's DNS server: answers for Services and pods, and asks the host's servers about the rest, until stopped. */
export async function runDns(deps: DnsDeps, signal: AbortSignal): Promise<void> {
  const { cache, clock, random, config, metrics: registry, onListening } = deps;
  const log = deps.log.child({ component: 'dns' });
  const zone = new ClusterZone(config);
  const feed = new ZoneFeed({ cache, clock, zone });
  // A name that isn't known yet would be denied, and clients remember that.
  await feed.synced(signal);

  const own = [{ address: config.clusterIP, port: 53 }, config];
  const forwarder = new Forwarder({ clock, random, log, config: { ...config, own } });
  const metrics = dnsMetrics(registry);
  const resolver = new Resolver({
    zone,
    forwarder,
    clock,
    random,
    log,
    metrics,
    maxKeepSeconds: config.maxKeepSeconds,
  });
  await using tasks = new TaskGroup(signal);
  const listening = (port: number) => {
    tasks.go((s) => forwarder.findLoops(s));
    onListening?.(port);
  };
  tasks.go((s) => feed.run(s));
  tasks.go((s) => serveDns({ resolver, log, config, onListening: listening }, s));
  await tasks.done();
}
