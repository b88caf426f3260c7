import { type Clock, isAbort } from '@tiphys/sdk/runtime';
import type { In, Out } from '../../grpc/index.ts';
import type { StoreBatch, StoreEvent } from '../backend.ts';
import { Compacted } from '../errors.ts';
import { itemOf } from './conversion.ts';
import { type Endpoints, isPassing } from './endpoints.ts';
import { type watchRequest, type watchResponse, watchService } from './messages.ts';
import { rangeOf } from './ranges.ts';

type WatchResponse = Out<typeof watchResponse>;

const pauseMs = 250;

/**
 * Every revision of an etcd cluster from one on, whole and in order, over as many connections as it takes. It watches all keys:
 * so each revision is seen to have happened, and how far the watch is can be known without progress notices, which etcd
 * before 3.4.31 and 3.5.13 may send ahead of events. A batch without events says how far etcd was when the watch began.
 */
export async function* etcdWatch(
  endpoints: Endpoints,
  { fromRevision, clock, signal }: { fromRevision: number; clock: Clock; signal: AbortSignal },
): AsyncIterable<StoreBatch> {
  let next = fromRevision;
  while (!signal.aborted) {
    try {
      for await (const batch of oneStream(endpoints, next, signal)) {
        if (batch.events.length) next = batch.revision + 1;
        yield batch;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted && isAbort(error)) return;
      if (!isPassing(error)) throw error;
      endpoints.next();
    }
    await clock.sleep(pauseMs, signal).catch(() => {});
  }
}

async function* oneStream(endpoints: Endpoints, fromRevision: number, signal: AbortSignal): AsyncIterable<StoreBatch> {
  const stop = new AbortController();
  const { watch } = endpoints.current.service(watchService);
  const responses = watch(requests(fromRevision, stop.signal), { signal: AbortSignal.any([signal, stop.signal]) });
  try {
    for await (const response of responses) {
      if (response.canceled) {
        if (response.compactRevision) throw new Compacted(response.compactRevision);
        throw new Error(`etcd ended a watch: ${response.cancelReason}`);
      }
      if (response.created) yield { revision: response.header?.revision ?? 0, events: [] };
      yield* batchesIn(response);
    }
  } finally {
    stop.abort();
  }
}

/** The one request of a stream, which must stay open while answers are awaited. */
async function* requests(startRevision: number, signal: AbortSignal): AsyncIterable<In<typeof watchRequest>> {
  yield { createRequest: { ...rangeOf(''), startRevision, prevKv: true } };
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** An answer may have several revisions; each is whole, since we don't ask for fragments. */
function* batchesIn({ events }: WatchResponse): Iterable<StoreBatch> {
  let revision = 0;
  let batch: StoreEvent[] = [];
  for (const { type, kv, prevKv } of events) {
    if (!kv) continue;
    if (kv.modRevision !== revision) {
      if (batch.length) yield { revision, events: batch };
      revision = kv.modRevision;
      batch = [];
    }
    const key = kv.key.toString();
    const prev = prevKv && { prev: itemOf(prevKv) };
    batch.push(type === 'PUT' ? { type: 'put', key, item: itemOf(kv), ...prev } : { type: 'delete', key, ...prev });
  }
  if (batch.length) yield { revision, events: batch };
}
