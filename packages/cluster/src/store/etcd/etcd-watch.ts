import { type Clock, isAbort } from '@tiphys/sdk/runtime';
import type { Connection, In, Out } from '../../grpc/index.ts';
import type { StoreBatch, StoreEvent } from '../backend.ts';
import { Compacted } from '../errors.ts';
import { itemOf } from './conversion.ts';
import { type Endpoints, isPassing } from './endpoints.ts';
import { maintenanceService, type watchRequest, type watchResponse, watchService } from './messages.ts';
import type { OwnWrites } from './own-writes.ts';
import { hasSafeProgress, type Horizon } from './progress.ts';
import { rangeOf } from './ranges.ts';

type WatchResponse = Out<typeof watchResponse>;

/** Before another member is asked. */
const pauseMs = 250;
const statusTimeoutMs = 5000;
/** What was written a moment ago is mostly told without asking. */
const graceMs = 5;
/** etcd doesn't answer while it is behind with the events themselves: until it gets on it is asked less and less often. */
const longestGraceMs = 100;
/** An empty etcd is at revision 1, which wrote nothing. */
const firstWritten = 2;

export interface EtcdWatchOptions {
  readonly prefix: string;
  readonly fromRevision: number;
  readonly horizon: Horizon;
  readonly own: OwnWrites;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Every revision of an etcd cluster from one on that changed something under a prefix, whole and in order, over as many
 * connections as it takes. A batch without events says how far the watch is.
 */
export async function* etcdWatch(endpoints: Endpoints, options: EtcdWatchOptions): AsyncIterable<StoreBatch> {
  const { clock, signal } = options;
  let next = options.fromRevision;
  while (!signal.aborted) {
    try {
      for await (const batch of oneStream(endpoints.current, { ...options, fromRevision: next })) {
        next = Math.max(next, batch.revision + 1);
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

/**
 * One member's watch. Where its progress notices can be relied on, it watches the prefix, and is asked how far it is when the
 * horizon is beyond that. Elsewhere it watches all keys: each revision is then seen to have happened.
 */
async function* oneStream(member: Connection, options: EtcdWatchOptions): AsyncIterable<StoreBatch> {
  const { prefix, fromRevision, horizon, own } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const isAsked = await answersProgress(member, signal);
  let told = 0;
  const asking = isAsked ? questions(() => told, { ...options, signal }) : silence(signal);
  const range = rangeOf(isAsked ? prefix : '');
  const created = { createRequest: { ...range, startRevision: fromRevision, prevKv: true } };
  try {
    for await (const response of member.service(watchService).watch(chain(created, asking), { signal })) {
      if (response.canceled) {
        if (response.compactRevision) throw new Compacted(response.compactRevision);
        throw new Error(`etcd ended a watch: ${response.cancelReason}`);
      }
      const revision = response.header?.revision ?? 0;
      // Where etcd is when the watch begins is how far it is only if nothing is coming.
      const isComing = response.created && revision >= Math.max(fromRevision, firstWritten);
      if (!response.events.length && !isComing) {
        told = revision;
        yield { revision, events: [] };
      }
      horizon.heard(revision);
      for (const batch of batchesIn(response, own)) {
        told = batch.revision;
        yield isAsked ? batch : { ...batch, events: batch.events.filter((e) => e.key.startsWith(prefix)) };
      }
    }
  } finally {
    stop.abort();
  }
}

/** Whoever doesn't say its version is taken for an old one. */
async function answersProgress(member: Connection, signal: AbortSignal): Promise<boolean> {
  try {
    const { version } = await member.service(maintenanceService).status({}, { signal, timeoutMs: statusTimeoutMs });
    return hasSafeProgress(version);
  } catch (error) {
    if (isAbort(error) || isPassing(error)) throw error;
    return false;
  }
}

type Request = In<typeof watchRequest>;

async function* chain(first: Request, others: AsyncIterable<Request>): AsyncIterable<Request> {
  yield first;
  yield* others;
}

/** Asks how far the watch is whenever something has happened that it hasn't told of. */
async function* questions(
  told: () => number,
  { horizon, clock, signal }: Pick<EtcdWatchOptions, 'horizon' | 'clock' | 'signal'>,
): AsyncIterable<Request> {
  let ms = graceMs;
  let before = told();
  while (!signal.aborted) {
    await horizon.beyond(told, signal);
    await clock.sleep(ms, signal).catch(() => {});
    if (signal.aborted || horizon.revision <= told()) continue;
    ms = told() === before ? Math.min(2 * ms, longestGraceMs) : graceMs;
    before = told();
    yield { progressRequest: {} };
  }
}

/** Requests must stay open while answers are awaited. */
// oxlint-disable-next-line require-yield
async function* silence(signal: AbortSignal): AsyncIterable<Request> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** An answer may have several revisions; each is whole, since we don't ask for fragments. */
function* batchesIn({ events }: WatchResponse, own: OwnWrites): Iterable<StoreBatch> {
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
    // What was there before nobody keeps.
    const prev = prevKv && { prev: itemOf(prevKv, prevKv.value) };
    if (type === 'PUT') batch.push({ type: 'put', key, item: itemOf(kv, own.told(key, kv.value)), ...prev });
    else batch.push({ type: 'delete', key, ...prev });
  }
  if (batch.length) yield { revision, events: batch };
}
