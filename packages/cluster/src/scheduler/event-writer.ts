import type { Client } from '@tiphys/sdk/client';
import { type Event, event, type Pod } from '@tiphys/sdk/api';
import { microTimestamp } from '@tiphys/sdk/machinery';
import { type Clock, isAbort, type Logger } from '@tiphys/sdk/runtime';

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

/** A repetition within this time is counted on the event that is there. */
const seriesMs = 6 * 60_000;
const longestNote = 1024;

/** Writes the scheduler's events in the newer form (`eventTime`, `action`, `reportingComponent`), repetitions as a series. */
export class EventWriter {
  readonly #recent = new Map<string, { at: number; count: number; event: Promise<Event> }>();

  readonly #deps: EventWriterDeps;

  constructor(deps: EventWriterDeps) {
    this.#deps = deps;
  }

  async write(regarding: Pod, { type, reason, action, message, related }: SchedulerEvent): Promise<void> {
    const { client, clock, log, reporter, host } = this.#deps;
    const now = clock.now();
    const namespace = regarding.metadata.namespace ?? 'default';
    const key = [regarding.metadata.uid, type, reason, action, message].join('/');
    const known = this.#recent.get(key);
    try {
      if (known && now - known.at < seriesMs) {
        known.count++;
        known.at = now;
        const series = { count: known.count, lastObservedTime: microTimestamp(now) };
        await client.patch(event, await known.event, { type: 'merge', patch: { series } });
        return;
      }
      const name = `${regarding.metadata.name}.${(now * 1e6).toString(16)}${this.#recent.size.toString(16)}`;
      const made = client.create(event, {
        metadata: { name, namespace },
        involvedObject: referenceTo(regarding),
        ...(related && { related: referenceTo(related) }),
        type,
        reason,
        action,
        message: message.slice(0, longestNote),
        eventTime: microTimestamp(now),
        reportingComponent: reporter,
        reportingInstance: `${reporter}-${host}`,
      });
      this.#recent.set(key, { at: now, count: 1, event: made });
      this.#forget(now);
      await made;
    } catch (err) {
      this.#recent.delete(key);
      // An event that can't be written is lost; what it tells of stands in the pod's conditions.
      if (!isAbort(err)) log.debug('event not written', { reason, error: String(err) });
    }
  }

  #forget(now: number): void {
    for (const [key, { at }] of this.#recent) {
      if (this.#recent.size < 4096 && now - at < seriesMs) return;
      this.#recent.delete(key);
    }
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
