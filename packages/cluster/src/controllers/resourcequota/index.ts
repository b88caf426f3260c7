import { resourceQuota } from '@tiphys/sdk/api';
import { equal, inKeyOrder, type KubeObject } from '@tiphys/sdk/machinery';
import { type Controller, defineController, watch } from '@tiphys/sdk/operator';
import { abortsWith, group, isAbort } from '@tiphys/sdk/runtime';
import type { AnyKind } from '@tiphys/sdk/schema';
import { followKinds } from '../kinds.ts';
import { givesBack, usageIn } from './usage.ts';

/** Looked over once in a while whatever happens: what is charged for a creation that fails is given back then. */
const resyncMs = 5 * 60_000;

/**
 * Writes into each quota what is limited and what of it is used. What is made is charged by the API server as it is made; here
 * it is counted afresh when something is given back. An addition is no reason to count: what is charged and not there yet would
 * be lost.
 */
export const resourceQuotaController: Controller = {
  name: 'resourcequota',
  async run(deps, signal) {
    await using tasks = group(signal);
    let begin = new AbortController();
    tasks.go((s) =>
      followKinds(deps, s, (kinds) => {
        // With other kinds to count it begins anew; what is known of those that stay is known still.
        begin.abort();
        const own = (begin = new AbortController());
        const counted = kinds.filter(({ scope }) => scope === 'Namespaced');
        tasks.go(async () => {
          const letGo = abortsWith(own, s);
          try {
            await counting(counted).run(deps, own.signal);
          } catch (err) {
            if (!own.signal.aborted || !isAbort(err)) throw err;
          } finally {
            letGo();
          }
        });
      }),
    );
    await tasks.done();
  },
};

const counting = (counted: readonly AnyKind[]): Controller =>
  defineController({
    name: 'resourcequota',
    component: 'resourcequota-controller',
    for: resourceQuota,
    watches: counted.map((kind) =>
      watch(kind, (next: KubeObject | undefined, old: KubeObject | undefined, cache) => {
        // No usage of an object that was there depends on the time but by its end, which is a change of its own.
        if (!givesBack(kind, next, old, 0)) return [];
        const quotas = cache.list(resourceQuota, (next ?? old)!.metadata.namespace);
        return quotas.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      }),
    ),

    async reconcile(quota, { client, cache, clock, signal }) {
      const { hard = {} } = quota.spec;
      const fresh = usageIn(quota, counted, {
        list: (kind) => cache.list(kind, quota.metadata.namespace),
        now: clock.now(),
      });
      const known = Object.entries({ ...quota.status.used, ...fresh }).filter(([name]) => hard[name] !== undefined);
      const status = {
        ...(Object.keys(hard).length && { hard }),
        ...(known.length && { used: inKeyOrder(Object.fromEntries(known)) as Record<string, string> }),
      };
      if (!equal(status, quota.status)) await client.updateStatus(resourceQuota, quota, status, { signal });
      return { requeueAfterMs: resyncMs };
    },
  });
