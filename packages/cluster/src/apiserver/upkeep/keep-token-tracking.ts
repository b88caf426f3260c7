import { configMap, type ConfigMap } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { isAlreadyExists, own } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, WorkQueue } from '@tiphys/sdk/runtime';
import { dayOf, isDay } from '../day.ts';
import { workOff } from './work-off.ts';

const namespace = 'kube-system';
const name = 'kube-apiserver-legacy-service-account-token-tracking';
const key = 'since';
/** It is made at most this often: a server that doesn't know of it may be removing it. */
const pauseMs = 30 * 60_000;

export interface TokenTrackingDeps {
  readonly cache: Cache;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keeps the ConfigMap that tells since when secrets are labelled with the day on which their tokens were last used: before that, a
 * secret without the label says nothing. Until the signal aborts.
 */
export async function keepTokenTracking(
  { cache, client, clock, log }: TokenTrackingDeps,
  signal: AbortSignal,
): Promise<void> {
  const queue = new WorkQueue({ clock });
  const informer = cache.informer(configMap, { namespace, fieldSelector: `metadata.name=${name}` });
  const stop = informer.on(() => queue.add(name));
  await informer.synced(signal);
  queue.add(name);
  let mayMakeAt = -Infinity;
  const step = async (): Promise<{ againMs: number } | void> => {
    const found = informer.get(namespace, name);
    if (found) return mend(client, found, clock.now(), signal);
    const againMs = mayMakeAt - clock.monotonic();
    if (againMs > 0) return { againMs };
    await make(client, clock.now(), signal);
    mayMakeAt = clock.monotonic() + pauseMs;
  };
  try {
    await workOff(queue, step, { log, failure: 'the day since which tokens are tracked was not looked after' }, signal);
  } finally {
    stop();
    queue.close();
  }
}

async function make(client: Client, now: number, signal: AbortSignal): Promise<void> {
  const manifest = { metadata: { namespace, name }, data: { [key]: dayOf(now) } };
  await client.create(configMap, manifest, { signal }).catch((err: unknown) => {
    // Another server was faster.
    if (!isAlreadyExists(err)) throw err;
  });
}

/** A day stands, whichever it is; anything else is replaced by today. */
async function mend(client: Client, found: ConfigMap, now: number, signal: AbortSignal): Promise<void> {
  const { data = {} } = found;
  if (isDay(own(data, key) ?? '')) return;
  await client.update(configMap, { ...found, data: { ...data, [key]: dayOf(now) } }, { signal });
}
