import type { Event } from '../../api/index.ts';
import { Recent } from './recent.ts';
import { TokenBucket } from '../../runtime/index.ts';

/** An event to be written: anew, or as a patch of the one that told the same before. */
export interface Correlated {
  readonly event: Event;
  readonly patch: boolean;
  readonly key: string;
}

// Upstream's figures (client-go tools/record).
const cacheSize = 4096;
const similarLimit = 10;
const similarWindowMs = 600_000;
const burst = 25;
const refillMs = 300_000;

interface Written {
  count: number;
  first: string;
  name: string;
}

/**
 * Keeps one object's troubles from flooding the store: repeated events become a count, many similar ones one combined event,
 * and a source that goes on about one object is cut off.
 */
export class EventCorrelator {
  readonly #similar = new Recent<{ messages: Set<string>; lastMs: number }>(cacheSize);
  readonly #written = new Recent<Written>(cacheSize);
  readonly #buckets = new Recent<TokenBucket>(cacheSize);

  /** Undefined when the event is to be dropped. */
  correlate(event: Event, nowMs: number): Correlated | undefined {
    const group = groupKey(event);
    const combined = this.#combine(group, event, nowMs);
    const source = JSON.stringify([event.source, objectKey(event)]);
    let bucket = this.#buckets.get(source);
    if (!bucket) this.#buckets.set(source, (bucket = new TokenBucket(burst, refillMs, nowMs)));
    if (!bucket.take(nowMs)) return undefined;

    const told = combined ? combinedOf(event) : event;
    const key = combined ? group : `${group}${event.message ?? ''}`;
    const before = this.#written.get(key);
    if (!before) {
      this.#written.set(key, { count: 1, first: event.firstTimestamp!, name: event.metadata.name! });
      return { event: told, patch: false, key };
    }
    before.count++;
    const repeated: Event = {
      ...told,
      metadata: { ...event.metadata, name: before.name },
      firstTimestamp: before.first,
      count: before.count,
    };
    return { event: repeated, patch: true, key };
  }

  /** The event that was to be patched had expired, and was written anew under this name. */
  replaced(key: string, name: string): void {
    const before = this.#written.get(key);
    if (before) before.name = name;
  }

  /** True when so many different messages of this kind came lately that they are told as one. */
  #combine(group: string, { message = '' }: Event, nowMs: number): boolean {
    let seen = this.#similar.get(group);
    if (!seen || nowMs - seen.lastMs > similarWindowMs) {
      seen = { messages: new Set(), lastMs: nowMs };
      this.#similar.set(group, seen);
    }
    seen.lastMs = nowMs;
    seen.messages.add(message);
    if (seen.messages.size < similarLimit) return false;
    // One is forgotten so that the set doesn't grow with a source that never repeats itself.
    for (const oldest of seen.messages) {
      seen.messages.delete(oldest);
      break;
    }
    return true;
  }
}

/** It tells its source alone: upstream leaves out who reports. */
const combinedOf = (event: Event): Event => ({
  ...event,
  message: `(combined from similar events): ${event.message ?? ''}`,
  reportingComponent: '',
  reportingInstance: '',
});

const objectKey = ({ involvedObject: o }: Event) => [o.kind, o.namespace, o.name, o.uid, o.apiVersion];

const groupKey = (event: Event) =>
  JSON.stringify([
    event.source,
    objectKey(event),
    event.type,
    event.reason,
    event.reportingComponent,
    event.reportingInstance,
  ]);
