import { backoff, Broadcast, type Clock } from '@tiphys/sdk/runtime';
import type { AnyPlugin, ClusterEvent } from './framework.ts';
import type { PodInfo } from './pod-info.ts';

interface Entry {
  info: PodInfo;
  /** Monotonic time of the last move into the line, to keep order among equals. */
  since: number;
  attempts: number;
  /** Plugins that turned it away last time. */
  by: ReadonlySet<string>;
  place: 'active' | 'backoff' | 'unschedulable' | 'gated' | 'in-flight';
  /** When the backoff ends, monotonic. */
  until: number;
  /** Ends the wait after an error, which isn't cut short by an empty line. */
  cancel?: () => void;
}

const initialBackoffMs = 1_000;
const maxBackoffMs = 10_000;
/** Unschedulable pods are tried again after this long, whatever happened. */
const longestWaitMs = 5 * 60_000;

/**
 * Pods waiting for a node: in line by priority and age, backing off after a failed attempt, or unschedulable until something
 * happens that can help them. When nobody is in line, those that back off come early, as upstream lets them.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #plugins: readonly AnyPlugin[];
  readonly #entries = new Map<string, Entry>();
  readonly #active = new PriorityLine();
  readonly #backoff = new PriorityLine();
  readonly #changed = new Broadcast();
  /** What happened since a pod was taken: it may have been decided without knowing. */
  readonly #inFlightEvents: ClusterEvent[] = [];
  #inFlight = 0;

  constructor(clock: Clock, plugins: readonly AnyPlugin[]) {
    this.#clock = clock;
    this.#plugins = plugins;
  }

  /** Pods by where they wait; gated pods count as such. */
  get sizes(): Record<'active' | 'backoff' | 'unschedulable' | 'gated', number> {
    const sizes = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };
    for (const e of this.#entries.values()) if (e.place !== 'in-flight') sizes[e.place]++;
    return sizes;
  }

  add(info: PodInfo): void {
    const entry = this.#entries.get(info.uid);
    if (entry) return this.update(info);
    const fresh: Entry = { info, since: this.#clock.monotonic(), attempts: 0, by: new Set(), place: 'gated', until: 0 };
    this.#entries.set(info.uid, fresh);
    this.#enqueue(fresh);
  }

  /** The pod itself changed: one that was turned away is tried again when its spec or labels did. */
  update(info: PodInfo): void {
    const entry = this.#entries.get(info.uid);
    if (!entry) return this.add(info);
    const old = entry.info;
    entry.info = info;
    if (entry.place === 'gated') this.#enqueue(entry);
    else if (
      entry.place === 'unschedulable' &&
      (old.pod.spec !== info.pod.spec || old.pod.metadata.labels !== info.pod.metadata.labels)
    ) {
      if (old.pod.metadata.generation !== info.pod.metadata.generation || !sameLabels(old, info)) this.#retry(entry);
    }
  }

  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#leaveLine(entry);
    if (entry.place === 'in-flight') this.#landed();
    this.#entries.delete(uid);
  }

  has(uid: string): boolean {
    return this.#entries.has(uid);
  }

  /** The next pod to schedule; waits for one. Undefined when the signal aborts. The caller owes `turnedAway` or `remove`. */
  async take(signal: AbortSignal): Promise<PodInfo | undefined> {
    while (!signal.aborted) {
      const info = this.tryTake();
      if (info) return info;
      await this.#changed.next(signal);
    }
    return undefined;
  }

  tryTake(): PodInfo | undefined {
    const entry = this.#active.pop() ?? this.#backoff.pop();
    if (!entry) return undefined;
    entry.place = 'in-flight';
    entry.attempts++;
    this.#inFlight++;
    return entry.info;
  }

  /**
   * The attempt failed: wait for an event that helps, or back off when one came meanwhile. With no plugin to blame it was an
   * error, which is tried again when the backoff is over.
   */
  turnedAway(uid: string, by: ReadonlySet<string>): void {
    const entry = this.#entries.get(uid);
    if (entry?.place !== 'in-flight') return;
    entry.by = by;
    entry.place = 'unschedulable';
    entry.until =
      this.#clock.monotonic() + backoff(entry.attempts - 1, { baseMs: initialBackoffMs, maxMs: maxBackoffMs });
    entry.since = this.#clock.monotonic();
    if (!by.size) entry.cancel = this.#clock.after(entry.until - entry.since, () => this.#enqueue(entry));
    else if (this.#inFlightEvents.some((e) => this.#helps(entry, e))) this.#retry(entry);
    this.#landed();
  }

  happened(event: ClusterEvent): void {
    if (this.#inFlight) this.#inFlightEvents.push(event);
    for (const entry of this.#entries.values()) {
      if (entry.place === 'unschedulable' && this.#helps(entry, event)) this.#retry(entry);
    }
  }

  /** Tries those again that have waited longest; call it now and then. */
  flush(): void {
    const now = this.#clock.monotonic();
    for (const entry of this.#entries.values()) {
      if (entry.place === 'unschedulable' && now - entry.since >= longestWaitMs) this.#retry(entry);
    }
  }

  #helps(entry: Entry, event: ClusterEvent): boolean {
    return this.#plugins.some((p) => entry.by.has(p.name) && (p.helps?.(entry.info, event) ?? true));
  }

  #landed(): void {
    if (--this.#inFlight === 0) this.#inFlightEvents.length = 0;
  }

  #enqueue(entry: Entry): void {
    const free = this.#plugins.every((p) => p.preEnqueue?.(entry.info) ?? true);
    if (!free || this.#entries.get(entry.info.uid) !== entry) return;
    entry.place = 'active';
    this.#active.push(entry);
    this.#changed.notify();
  }

  #retry(entry: Entry): void {
    const left = entry.until - this.#clock.monotonic();
    if (left <= 0) return this.#enqueue(entry);
    entry.place = 'backoff';
    this.#backoff.push(entry);
    this.#changed.notify();
  }

  #leaveLine(entry: Entry): void {
    entry.cancel?.();
    if (entry.place === 'active') this.#active.delete(entry);
    if (entry.place === 'backoff') this.#backoff.delete(entry);
  }
}

const sameLabels = (a: PodInfo, b: PodInfo): boolean => JSON.stringify(a.labels) === JSON.stringify(b.labels);

/** A binary heap: higher priority first, then who has waited longer. Removed entries are skipped when they surface. */
class PriorityLine {
  readonly #heap: Entry[] = [];
  readonly #members = new Set<Entry>();

  push(entry: Entry): void {
    if (this.#members.has(entry)) return;
    this.#members.add(entry);
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  delete(entry: Entry): void {
    this.#members.delete(entry);
  }

  pop(): Entry | undefined {
    for (;;) {
      const top = this.#shift();
      if (!top || this.#members.delete(top)) return top;
    }
  }

  #shift(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || top === last) return top;
    heap[0] = last;
    for (let i = 0; ;) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === i) return top;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
}

const before = (a: Entry, b: Entry): boolean =>
  a.info.priority !== b.info.priority ? a.info.priority > b.info.priority : a.since < b.since;
