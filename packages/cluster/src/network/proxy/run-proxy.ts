import { service as serviceKind } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Clock, Logger, Registry } from '@tiphys/sdk/runtime';
import { type Commands, systemCommands } from '../commands.ts';
import { serviceOf, slicesByService } from '../endpoint-slices.ts';
import { fromApi } from './from-api.ts';
import { HealthCheckServers } from './health-check.ts';
import { proxyMetrics } from './metrics.ts';
import { Proxier, type ProxierConfig } from './proxier.ts';

export interface ProxyConfig extends ProxierConfig {
  /** The name of the node whose endpoints are the local ones. */
  node: string;
  /** Where the health check ports of load balanced services listen. */
  healthCheckAddress: string;
}

export interface ProxyDeps {
  cache: Cache;
  clock: Clock;
  log: Logger;
  metrics: Registry;
  config: ProxyConfig;
  /** The machine's own unless the node lives in a network namespace. */
  commands?: Commands;
}

/** What a proxy does unless told otherwise; the rest names the node and the cluster's addresses. */
export const defaultProxyConfig = {
  family: 'ip',
  table: 'tiphys',
  masqueradeMark: 0x4000,
  nodePortAddresses: [] as readonly string[],
  minSyncMs: 100,
  checkMs: 30_000,
  healthCheckAddress: '0.0.0.0',
} as const;

/** When the pod or service changed that a slice's last change answers. */
const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The service proxy of a node: keeps the kernel's rules at what the Services and EndpointSlices say, until stopped. */
export async function runProxy(deps: ProxyDeps, signal: AbortSignal): Promise<void> {
  const { cache, clock, config, metrics: registry, commands = systemCommands } = deps;
  const log = deps.log.child({ component: 'proxy' });
  const metrics = proxyMetrics(registry);
  const services = cache.informer(serviceKind);
  const slices = slicesByService(cache);
  await using healthChecks = new HealthCheckServers({ host: config.healthCheckAddress, log });
  // Half-known services would be refused for a moment, so nothing is written before everything is known.
  await Promise.all([services.synced(signal), slices.informer.synced(signal)]);

  const proxier = new Proxier({
    commands,
    clock,
    log,
    metrics,
    healthChecks,
    config,
    service(key) {
      const [namespace, name = ''] = key.split('/');
      const service = services.get(namespace, name);
      return service && fromApi(service, slices.of(key), config);
    },
  });
  const mark = (key: string, since?: number) => {
    metrics.lastQueuedTimestamp.set(clock.now() / 1000);
    proxier.mark(key, since);
  };
  const startedAt = clock.now();
  const ends = [
    services.on((next, old) => {
      const { namespace, name } = (next ?? old)!.metadata;
      metrics.serviceChanges.inc();
      mark(`${namespace}/${name}`);
    }),
    slices.informer.on((next, old) => {
      metrics.endpointChanges.inc();
      const triggeredAt = Date.parse(next?.metadata.annotations?.[triggerAnnotation] ?? '');
      for (const slice of [next, old]) {
        const key = slice && serviceOf(slice);
        // What happened before there was a proxy didn't wait for it.
        if (key !== undefined) mark(key, slice === next && triggeredAt >= startedAt ? triggeredAt : undefined);
      }
    }),
  ];
  try {
    await proxier.run(signal);
  } finally {
    for (const end of ends) end();
  }
}
