import { namespace as namespaceKind, service as serviceKind } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import { type Clock, type Logger, type Random, type Registry, TaskGroup } from '@tiphys/sdk/runtime';
import { serviceOf, slicesByService } from '../endpoint-slices.ts';
import { ClusterZone, type ClusterZoneConfig } from './cluster-zone.ts';
import { dnsServiceOf } from './dns-service.ts';
import { Forwarder, type ForwarderConfig } from './forwarder.ts';
import { dnsMetrics } from './metrics.ts';
import { Resolver } from './resolver.ts';
import { type DnsServerConfig, serveDns } from './server.ts';

export interface DnsConfig extends ClusterZoneConfig, DnsServerConfig, Omit<ForwarderConfig, 'ownAddresses'> {}

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
  const services = cache.informer(serviceKind);
  const namespaces = cache.informer(namespaceKind);
  const slices = slicesByService(cache);
  // A name that isn't known yet would be denied, and clients remember that.
  await Promise.all([services, namespaces, slices.informer].map((informer) => informer.synced(signal)));

  const refresh = (key: string) => {
    const [namespace, name = ''] = key.split('/');
    const service = services.get(namespace, name);
    zone.setService(key, service && dnsServiceOf(service, slices.of(key)), Math.floor(clock.now() / 1000));
  };
  const ends = [
    services.on((next, old) => {
      const { namespace, name } = (next ?? old)!.metadata;
      refresh(`${namespace}/${name}`);
    }),
    slices.informer.on((next, old) => {
      for (const key of new Set([next, old].map((slice) => slice && serviceOf(slice)))) if (key) refresh(key);
    }),
    namespaces.on((next, old) => zone.setNamespace((next ?? old)!.metadata.name ?? '', next !== undefined)),
  ];
  const ownAddresses = [config.clusterIP, config.address];
  const forwarder = new Forwarder({ clock, random, log, config: { ...config, ownAddresses } });
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
  try {
    await using tasks = new TaskGroup(signal);
    const listening = (port: number) => {
      tasks.go((s) => forwarder.findLoops(s));
      onListening?.(port);
    };
    tasks.go((s) => serveDns({ resolver, log, config, onListening: listening }, s));
    await tasks.done();
  } finally {
    for (const end of ends) end();
  }
}
