import type { Filter, ServerResponse } from '../context.ts';
import { textResponse } from '../handlers/respond.ts';
import type { RequestMetrics } from '../metrics/index.ts';
import { isLongRunning } from './long-running.ts';

/** How many requests may be in work at once; 0 for any number. */
export interface Limits {
  readonly readOnly: number;
  readonly mutating: number;
}

/** Tells a client to come back after so many seconds. */
export function tooMany(seconds: number): ServerResponse {
  const response = textResponse(429, 'Too many requests, please try again later.\n');
  return { ...response, headers: { ...response.headers, 'retry-after': String(seconds) } };
}

const reading = new Set(['get', 'list', 'watch']);

/**
 * Refuses what is over the limits, so that whoever is in gets an answer in time. A client that is told comes back; the
 * superuser always gets in, and so do the components of this process, who are as many as they are.
 */
export const limit =
  (limits: Limits, { inFlight }: Pick<RequestMetrics, 'inFlight'>): Filter =>
  async (c, next) => {
    if (c.request.objects || isLongRunning(c.info)) return next(c);
    const side = reading.has(c.info.verb) ? 'readOnly' : 'mutating';
    const isFull = limits[side] > 0 && inFlight[side] >= limits[side];
    if (isFull && !c.user.groups.includes('system:masters')) {
      return tooMany(1);
    }
    inFlight[side]++;
    try {
      return await next(c);
    } finally {
      inFlight[side]--;
    }
  };
