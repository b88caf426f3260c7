import type { APIService } from '@tiphys/sdk/api';
import type { Registry } from '@tiphys/sdk/runtime';
import type { WatchCache } from '../cache/watch-cache.ts';
import { adopt } from '../metrics/adopt.ts';
import { isAvailable } from './forwarded-apis.ts';

/** Which APIs aren't there, and how often discovery was put together, under upstream's names. */
export class AggregationMetrics {
  readonly #lost = new Map<string, { readonly labels: { name: string; reason: string }; value: number }>();
  #made = 0;

  constructor(registry: Registry, cache: WatchCache | undefined) {
    const entries = () => cache?.list({}) ?? [];
    adopt(registry, {
      name: 'aggregator_unavailable_apiservice',
      help: 'Gauge of APIServices which are marked as unavailable broken down by APIService name.',
      type: 'gauge',
      samples: () =>
        entries().map(({ name, object }) => ({
          labels: { name },
          value: Number(!isAvailable((object as APIService).status)),
        })),
    });
    adopt(registry, {
      name: 'aggregator_unavailable_apiservice_total',
      help: 'Counter of APIServices which are marked as unavailable broken down by APIService name and reason.',
      type: 'counter',
      samples: () => [...this.#lost.values()],
    });
    adopt(registry, {
      name: 'aggregator_discovery_aggregation_count_total',
      help: 'Counter of number of times discovery was aggregated',
      type: 'counter',
      samples: () => [{ labels: {}, value: this.#made }],
    });
  }

  /** One that was there isn't any more. */
  readonly lost = (name: string, reason: string): void => {
    const key = `${name} ${reason}`;
    const cell = this.#lost.get(key) ?? { labels: { name, reason }, value: 0 };
    this.#lost.set(key, { ...cell, value: cell.value + 1 });
  };

  readonly discoveryMade = (): void => void this.#made++;
}
