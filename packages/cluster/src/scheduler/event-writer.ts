import type { Client, ObjectKey } from '@tiphys/sdk/client';
import { event, type Pod } from '@tiphys/sdk/api';
import { microTimestamp } from '@tiphys/sdk/machinery';
import { Broadcast, type Clock, isAbort, type Logger, lull, TokenBucket } from '@tiphys/sdk/runtime';

export interface SchedulerEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly message: string;
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
  readonly type: SchedulerEvent['type'];
  /** Under which name it stands in the API. */
  readonly place: ObjectKey;
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
/** Events beyond this many in line are dropped: telling must never cost more than doing. */
const longestLine = 1000;
/** For so long what went well makes way for work that there is. */
const patienceMs = 1000;
/** What went well is told at the pace that upstream's scheduler may ask the API; warnings, which somebody waits for, at once. */
const [perSecond, burstOfAll] = [50, 100];

interface Waiting {
  readonly key: string;
  readonly at: number;
  readonly send: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * Writes the scheduler's events in the newer form (`eventTime`, `action`, `reportingComponent`). Repetitions are a series: its
 * beginning is told, and then now and then how far it has come. Nothing is written unless `run` runs.
 */
export class EventWriter {
  readonly #told = new Map<string, Told>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #lines: Record<SchedulerEvent['type'], Waiting[]> = { Normal: [], Warning: [] };
  readonly #changed = new Broadcast();
  readonly #deps: EventWriterDeps;

  constructor(deps: EventWriterDeps) {
    this.#deps = deps;
  }

  /** Never waits and never fails: an event that can't be written is lost. */
  write(regarding: Pod, told: SchedulerEvent): void {
    const { clock } = this.#deps;
    const now = clock.monotonic();
    const key = [regarding.metadata.uid, told.type, told.reason, told.action, told.message].join('/');
    const known = this.#told.get(key);
    if (!known || now - known.at >= seriesMs) return this.#begin(key, regarding, told);
    touch(this.#told, key, known);
    known.at = now;
    known.count++;
    known.last = microTimestamp(clock.now());
    if (known.count === 2 || now - known.toldAt >= refreshMs) this.#tellSeries(key, known);
  }

  /** Tells how the series ended that have; to be called now and then. */
  finish(): void {
    const now = this.#deps.clock.monotonic();
    for (const [key, known] of this.#told) {
      if (now - known.at < seriesMs) break; // the others are younger
      this.#told.delete(key);
      if (known.count > known.toldCount) this.#tellSeries(key, known);
    }
  }

  /** Writes events until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const pace = new TokenBucket(burstOfAll, 1000 / perSecond, this.#deps.clock.monotonic());
    await Promise.all([this.#send(this.#lines.Warning, signal), this.#send(this.#lines.Normal, signal, pace)]);
  }

  #begin(key: string, regarding: Pod, told: SchedulerEvent): void {
    const { client, clock, reporter, host } = this.#deps;
    const [now, wall] = [clock.monotonic(), clock.now()];
    const { type, reason, action, message } = told;
    if (this.#lines[type].length >= longestLine || !this.#bucket(regarding.metadata.uid ?? '', now).take(now)) return;
    const time = microTimestamp(wall);
    const metadata = {
      name: `${regarding.metadata.name}.${(wall * 1e6).toString(16)}${this.#told.size.toString(16)}`,
      namespace: regarding.metadata.namespace ?? 'default',
    };
    const first: Told = { type, place: { metadata }, at: now, count: 1, last: time, toldCount: 1, toldAt: now };
    touch(this.#told, key, first);
    this.#line(type, key, (signal) =>
      client.create(
        event,
        {
          metadata,
          involvedObject: referenceTo(regarding),
          type,
          reason,
          action,
          message: message.length <= longestNote ? message : `${message.slice(0, longestNote - 4)} ...`,
          eventTime: time,
          reportingComponent: reporter,
          reportingInstance: `${reporter}-${host}`,
        },
        { signal },
      ),
    );
  }

  #tellSeries(key: string, known: Told): void {
    const { client, clock } = this.#deps;
    known.toldCount = known.count;
    known.toldAt = clock.monotonic();
    const series = { count: known.count, lastObservedTime: known.last };
    this.#line(known.type, key, (signal) =>
      client.patch(event, known.place, { type: 'merge', patch: { series } }, { signal }),
    );
  }

  #line(type: SchedulerEvent['type'], key: string, send: Waiting['send']): void {
    this.#lines[type].push({ key, at: this.#deps.clock.monotonic(), send });
    this.#changed.notify();
  }

  async #send(line: Waiting[], signal: AbortSignal, pace?: TokenBucket): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      const next = line.shift();
      if (!next) {
        await this.#changed.next(signal);
        continue;
      }
      if (pace) await lull(clock, next.at + patienceMs - clock.monotonic(), signal);
      while (pace && !pace.take(clock.monotonic())) await clock.sleep(pace.waitMs(clock.monotonic()), signal);
      try {
        await next.send(signal);
      } catch (err) {
        this.#told.delete(next.key);
        // What it tells of stands in the pod's conditions.
        if (!isAbort(err)) log.debug('event not written', { key: next.key, error: String(err) });
      }
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
