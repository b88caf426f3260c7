/** What the server tells of itself under `/metrics`, by upstream's names and labels. */
import type { Clock, Registry } from '@tiphys/sdk/runtime';
import { metricsText } from '../../serving/index.ts';
import type { Endpoint } from '../handlers/dispatch.ts';

export { cacheMetrics } from './cache-metrics.ts';
export { StoreMetrics } from './store-metrics.ts';
export { processMetrics } from './process-metrics.ts';
export { type RequestCell, type RequestLabels, RequestMetrics } from './request-metrics.ts';

export const metrics =
  (registry: Registry, clock: Clock): Endpoint =>
  (c) => {
    if (c.info.path !== '/metrics') return undefined;
    return metricsText(registry, clock).then((text) => ({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: { type: 'bytes', pieces: [Buffer.from(text)] },
    }));
  };
