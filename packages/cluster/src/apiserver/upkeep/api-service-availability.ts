import {
  apiService,
  type APIService,
  type APIServiceCondition,
  endpointSlice,
  service as serviceKind,
} from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { type Controller, defineController, watch } from '@tiphys/sdk/operator';
import { backoff } from '@tiphys/sdk/runtime';
import { absence, type ForwardedApi, forwardedApi, local, type Verdict } from '../aggregation/index.ts';
import { serviceName } from '../services/index.ts';

export interface AvailabilityDeps {
  /** Whether somebody answers for an API. */
  readonly check: (api: ForwardedApi) => Promise<Verdict>;
  /** Told when one that was there isn't any more. */
  readonly lost: (name: string, reason: string) => void;
}

/** How often it is looked again, since who answers may go without any object changing. */
const againMs = 30_000;

/** Says of APIs whether they are there: those of others by their service, its port, somebody behind it, and an answer of theirs. */
export function apiServiceAvailability({ check, lost }: AvailabilityDeps): Controller {
  const failures = new Map<string, number>();
  return defineController({
    name: 'apiservice-availability',
    for: apiService,
    watches: [
      watch(serviceKind, (next, old, cache) => servedBy(cache.list(apiService), (next ?? old)!.metadata)),
      watch(endpointSlice, (next, old, cache) => {
        const { namespace, labels } = (next ?? old)!.metadata;
        return servedBy(cache.list(apiService), { namespace, name: labels?.[serviceName] });
      }),
    ],

    async reconcile(object, { key, client, cache, clock, log, signal }) {
      const api = forwardedApi(object);
      const say = async (verdict: Verdict): Promise<void> => {
        const conditions = withAvailable(object.status.conditions ?? [], verdict, clock.now());
        if (!conditions) return;
        await client.updateStatus(apiService, object, { ...object.status, conditions }, { signal });
        if (api && api.isAvailable !== (verdict.status === 'True'))
          log.info('changing APIService availability', { name: key, ...verdict });
        if (api?.isAvailable && verdict.status !== 'True') lost(key, verdict.reason);
      };
      if (!api) return say(local);
      const { namespace, name } = api.service;
      const slices = cache.list(endpointSlice, namespace).filter((s) => s.metadata.labels?.[serviceName] === name);
      const missing = absence(api, { service: cache.get(serviceKind, namespace, name), slices });
      const verdict = missing ?? (await check(api));
      await say(verdict);
      if (missing ?? verdict.status === 'True') {
        failures.delete(key);
        return { requeueAfterMs: againMs };
      }
      const failed = failures.get(key) ?? 0;
      failures.set(key, failed + 1);
      return { requeueAfterMs: backoff(failed, { baseMs: 5, maxMs: againMs }) };
    },

    gone: ({ key }) => Promise.resolve(void failures.delete(key)),
  });
}

function servedBy(
  apis: readonly APIService[],
  { namespace, name }: { namespace?: string | undefined; name?: string | undefined },
): string[] {
  return apis
    .filter(({ spec }) => spec.service?.name === name && spec.service?.namespace === namespace)
    .map((api) => api.metadata.name!);
}

/** The conditions with this said of availability; undefined when they say so already. */
export function withAvailable(
  conditions: readonly APIServiceCondition[],
  { status, reason, message }: Verdict,
  now: number,
): APIServiceCondition[] | undefined {
  const old = conditions.find((c) => c.type === 'Available');
  if (old?.status === status && old.reason === reason && old.message === message) return undefined;
  const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timestamp(now);
  const next: APIServiceCondition = { type: 'Available', status, lastTransitionTime, reason, message };
  return old ? conditions.map((c) => (c === old ? next : c)) : [...conditions, next];
}
