import type { Client, ObjectKey } from '@tiphys/sdk/client';
import { event, type Pod } from '@tiphys/sdk/api';
import { microTimestamp } from '@tiphys/sdk/machinery';
import { type Clock, isAbort, type Logger, TokenBucket } from '@tiphys/sdk/runtime';

export interface SchedulerEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly message: string;
  readonly related?: Pod;
}

export interface EventWriterDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: string;
  readonly host: string;
}

/** An event that may happen again. Moments are monotonic. */
interface Told {
  readonly event: Promise<ObjectKey>;
  at: number;
  /** How often it happened, when it last did, and how many of that the API knows. */
  count: number;
  last: string;
  toldCount: number;
  toldAt: number;
}

/** A repetition within this time belongs to the series of the first. */
const seriesMs = 6 * 60_000;
/** A series that goes on is told of again after this long. */
const refreshMs = 30 * 60_000;
const longestNote = 1024;
/** Of so many we remember what was told. */
const remembered = 4096;
/** A pod that there is always something new to tell of is cut off after so many, and may have one more every so often. */
const burst = 25;
const refillMs = 300_000;
/** Events beyond this many on their way are dropped: telling must never cost more than doing. */
const mostUnderWay = 1000;

/**
 * Writes the scheduler's events in the newer form (`eventTime`, `action`, `reportingComponent`). Repetitions are a series: its
 * beginning is told, and then now and then how far it has come.
 */
export class EventWriter {
  readonly #told = new Map<string, Told>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #deps: EventWriterDeps;
  #underWay = 0;

  constructor(deps: EventWriterDeps) {
    this.#deps = deps;
  }

  async write(regarding: Pod, told: SchedulerEvent): Promise<void> {
    const { clock } = this.#deps;
    const now = clock.monotonic();
    const key = [regarding.metadata.uid, told.type, told.reason, told.action, told.message].join('/');
    const known = this.#told.get(key);
    if (!known || now - known.at >= seriesMs) return this.#begin(key, regarding, told);
    touch(this.#told, key, known);
    known.at = now;
    known.count++;
    known.last = microTimestamp(clock.now());
    if (known.count === 2 || now - known.toldAt >= refreshMs) await this.#tellSeries(key, known);
  }

  /** Tells how the series ended that have; to be called now and then. */
  async finish(): Promise<void> {
    const now = this.#deps.clock.monotonic();
    for (const [key, known] of this.#told) {
      if (now - known.at < seriesMs) break; // the others are younger
      this.#told.delete(key);
      if (known.count > known.toldCount) await this.#tellSeries(key, known);
    }
  }

  async #begin(key: string, regarding: Pod, told: SchedulerEvent): Promise<void> {
    const { client, clock, reporter, host } = this.#deps;
    const [now, wall] = [clock.monotonic(), clock.now()];
    if (this.#underWay >= mostUnderWay || !this.#bucket(regarding.metadata.uid ?? '', now).take(now)) return;
    const { type, reason, action, message, related } = told;
    const time = microTimestamp(wall);
    await this.#send(key, async () => {
      const made = client.create(event, {
        metadata: {
          name: `${regarding.metadata.name}.${(wall * 1e6).toString(16)}${this.#told.size.toString(16)}`,
          namespace: regarding.metadata.namespace ?? 'default',
        },
        involvedObject: referenceTo(regarding),
        ...(related && { related: referenceTo(related) }),
        type,
        reason,
        action,
        message: message.slice(0, longestNote),
        eventTime: time,
        reportingComponent: reporter,
        reportingInstance: `${reporter}-${host}`,
      });
      const place = made.then(({ metadata: { name, namespace } }) => ({ metadata: { name, namespace } }) as ObjectKey);
      touch(this.#told, key, { event: place, at: now, count: 1, last: time, toldCount: 1, toldAt: now });
      await place;
    });
  }

  #tellSeries(key: string, known: Told): Promise<void> {
    const { client, clock } = this.#deps;
    known.toldCount = known.count;
    known.toldAt = clock.monotonic();
    const series = { count: known.count, lastObservedTime: known.last };
    return this.#send(key, async () => {
      await client.patch(event, await known.event, { type: 'merge', patch: { series } });
    });
  }

  async #send(key: string, request: () => Promise<void>): Promise<void> {
    this.#underWay++;
    try {
      await request();
    } catch (err) {
      this.#told.delete(key);
      // An event that can't be written is lost; what it tells of stands in the pod's conditions.
      if (!isAbort(err)) this.#deps.log.debug('event not written', { key, error: String(err) });
    } finally {
      this.#underWay--;
    }
  }

  #bucket(uid: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(uid) ?? new TokenBucket(burst, refillMs, now);
    touch(this.#buckets, uid, bucket);
    return bucket;
  }
}

/** Puts the entry last, and forgets what was touched longest ago. */
function touch<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= remembered) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

const referenceTo = ({ metadata }: Pod) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  resourceVersion: metadata.resourceVersion ?? '',
});
