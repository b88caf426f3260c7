/** What the server tells of itself under `/metrics` and `/metrics/slis`, by upstream's names and labels. */
import type { Clock, Registry } from '@tiphys/sdk/runtime';
import { metricsTextOrReset, metricsType } from '../../serving/index.ts';
import type { Endpoint } from '../handlers/dispatch.ts';

export { AdmissionMetrics } from './admission-metrics.ts';
export { cacheMetrics } from './cache-metrics.ts';
export type { Histogram } from './histogram.ts';
export { StoreMetrics } from './store-metrics.ts';
export { processMetrics } from './process-metrics.ts';
export { type RequestCell, type RequestLabels, RequestMetrics } from './request-metrics.ts';

export const metrics = (at: string, registry: Registry, clock: Clock): Endpoint => {
  const began = { 'process-start-time-unix': String(Math.floor(clock.now() / 1000)) };
  return (c) => {
    if (c.info.path !== at) return undefined;
    const { method } = c.request;
    return metricsTextOrReset(registry, method, clock).then((text) => ({
      status: 200,
      headers:
        method === 'DELETE'
          ? { 'content-type': 'text/plain; charset=utf-8' }
          : { 'content-type': metricsType, ...began },
      body: { type: 'bytes', pieces: [Buffer.from(text)] },
    }));
  };
};
