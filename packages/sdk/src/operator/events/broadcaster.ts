import { event as eventKind, type Event } from '../../api/index.ts';
import type { Client } from '../../client/index.ts';
import { isNotFound, isTooManyRequests, StatusError, timestamp } from '../../machinery/index.ts';
import { Broadcast, type Clock, type Logger, lull, type Random } from '../../runtime/index.ts';
import { type Correlated, EventCorrelator } from './correlator.ts';
import { eventName, referenceTo } from './reference.ts';
import type { EventRecorder, EventType, Subject } from './recorder.ts';

export interface EventBroadcasterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** `replicaset-controller`, `kubelet`. */
  readonly component: string;
  /** The node, for parts that run on each. */
  readonly host?: string;
}

/** Events beyond this many in line are dropped: telling must never cost more than doing. */
const longestQueue = 1000;
/** For so long an event, other than a warning, makes way for work that there is. */
const patienceMs = 1000;
const attempts = 12;
const retryMs = 10_000;

/** Core events as upstream's components write them: counted, combined, rate-limited. Nothing is written unless `run` runs. */
export class EventBroadcaster implements EventRecorder {
  readonly #options: EventBroadcasterOptions;
  readonly #correlator = new EventCorrelator();
  readonly #queue: { readonly event: Event; readonly at: number }[] = [];
  readonly #changed = new Broadcast();
  #lastNanos = 0n;

  constructor(options: EventBroadcasterOptions) {
    this.#options = options;
  }

  event({ kind, object, fieldPath }: Subject, type: EventType, reason: string, message: string): void {
    if (this.#queue.length >= longestQueue) return;
    const { clock, component, host } = this.#options;
    const now = timestamp(clock.now());
    const { name = '', namespace } = object.metadata;
    const event: Event = {
      metadata: { name: eventName(name, this.#nanos()), namespace: namespace || 'default' },
      involvedObject: referenceTo(kind, object, fieldPath),
      reason,
      message,
      source: { component, ...(host && { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
    this.#queue.push({ event, at: clock.monotonic() });
    this.#changed.notify();
  }

  /** Writes events until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.#queue.shift();
      if (!next) {
        await this.#changed.next(signal);
        continue;
      }
      const { clock } = this.#options;
      const correlated = this.#correlator.correlate(next.event, clock.monotonic());
      if (correlated?.event.type === 'Normal') await lull(clock, next.at + patienceMs - clock.monotonic(), signal);
      if (correlated) await this.#write(correlated, signal);
    }
  }

  /** Our clocks have milliseconds: the rest is drawn, so that names sort as the events were told. */
  #nanos(): bigint {
    const { clock, random } = this.#options;
    const drawn = BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(random.int(1_000_000));
    this.#lastNanos = drawn > this.#lastNanos ? drawn : this.#lastNanos + 1n;
    return this.#lastNanos;
  }

  async #write(correlated: Correlated, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        await this.#send(correlated, signal);
        return;
      } catch (err) {
        if (signal.aborted) return;
        if (err instanceof StatusError && err.code < 500 && !isTooManyRequests(err)) {
          log.debug('an event was refused', { event: correlated.event.metadata.name, error: err.message });
          return;
        }
        await clock.sleep(retryMs, signal);
      }
    }
  }

  async #send({ event, patch, key }: Correlated, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    if (patch) {
      const { count, lastTimestamp, message } = event;
      try {
        await client.patch(
          eventKind,
          event,
          { type: 'strategic', patch: { count, lastTimestamp, message } },
          { signal },
        );
        return;
      } catch (err) {
        if (!isNotFound(err)) throw err; // it expired; tell it anew
      }
      const name = eventName(event.involvedObject.name ?? '', this.#nanos());
      this.#correlator.replaced(key, name);
      await client.create(eventKind, { ...event, metadata: { ...event.metadata, name } }, { signal });
      return;
    }
    await client.create(eventKind, event, { signal });
  }
}
