import type { Registry } from '@tiphys/sdk/runtime';
import type { Feeds } from '../cache/feeds.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { adopt, type ReadMetric } from './adopt.ts';

/** How many objects there are, who watches them, and how far the caches have come. */
export function cacheMetrics(registry: Registry, feeds: Feeds): void {
  const each = (metric: Omit<ReadMetric, 'type' | 'samples'>, value: (cache: WatchCache) => number, short = false) =>
    adopt(registry, {
      ...metric,
      type: 'gauge',
      samples: () =>
        feeds.caches.map((cache) => {
          const { group, resource } = cache.resource;
          const labels = short ? { resource: group ? `${resource}.${group}` : resource } : { group, resource };
          return { labels, value: value(cache) };
        }),
    });
  each(
    {
      name: 'apiserver_storage_objects',
      help: 'Number of stored objects at the time of last check split by kind.',
    },
    (cache) => cache.size,
    true,
  );
  each(
    {
      name: 'apiserver_resource_objects',
      help: 'Number of stored objects at the time of last check split by kind.',
    },
    (cache) => cache.size,
  );
  each(
    {
      name: 'apiserver_registered_watchers',
      help: 'Number of currently registered watchers for a given resources.',
    },
    (cache) => cache.watcherCount,
  );
  each(
    {
      name: 'apiserver_watch_cache_resource_version',
      help: 'Current resource version of watch cache broken by resource type.',
    },
    (cache) => cache.lastChange,
  );
  // What comes from the store goes into the caches.
  for (const [name, help] of [
    [
      'apiserver_watch_cache_events_received_total',
      'Counter of events received in watch cache broken by resource type.',
    ],
    ['apiserver_storage_events_received_total', 'Number of etcd events received split by kind.'],
  ] as const) {
    adopt(registry, {
      name,
      help,
      type: 'counter',
      samples: () =>
        feeds.caches.map(({ resource: { group, resource }, received }) => ({
          labels: { group, resource },
          value: received,
        })),
    });
  }
}
