import { backoff, Broadcast, type Clock } from '@tiphys/sdk/runtime';
import { changedPodAspects } from './changes.ts';
import type { AnyPlugin, ClusterEvent } from './framework.ts';
import type { PodInfo } from './pod-info.ts';

interface Entry {
  info: PodInfo;
  /** Monotonic time of the last move into the line, to keep order among equals. */
  since: number;
  /** Monotonic time when it first stood in line. */
  first: number;
  attempts: number;
  /** Plugins that turned it away last time. */
  by: ReadonlySet<string>;
  place: 'active' | 'backoff' | 'unschedulable' | 'gated' | 'in-flight';
  /** When the backoff ends, monotonic. */
  until: number;
  /** Room is being made for it: until that is done, nothing helps. */
  isHeld?: boolean;
  /** Ends the wait after an error, which isn't cut short by an empty line. */
  cancel?: () => void;
}

const initialBackoffMs = 1_000;
const maxBackoffMs = 10_000;
/** Unschedulable pods are tried again after this long, whatever happened. */
const longestWaitMs = 5 * 60_000;

const eventNames: Readonly<Record<ClusterEvent['type'], string>> = {
  'node-added': 'NodeAdd',
  'node-updated': 'NodeUpdate',
  'node-deleted': 'NodeDelete',
  'pod-added': 'AssignedPodAdd',
  'pod-updated': 'AssignedPodUpdate',
  'pod-deleted': 'AssignedPodDelete',
  'self-updated': 'PodUpdate',
};

/** Where a pod came to stand, and because of what, in upstream's words; for metrics. */
export type QueueObserver = (place: 'active' | 'backoff' | 'unschedulable' | 'gated', why: string) => void;

/** Who takes a pod decides at once, so nothing can happen between the taking and `turnedAway` that the decision didn't see. */
export interface Taken {
  readonly info: PodInfo;
  readonly attempts: number;
  /** Monotonic time when it first stood in line. */
  readonly since: number;
}

/**
 * Pods waiting for a node: in line by priority and age, backing off after a failed attempt, or unschedulable until something
 * happens that can help them. When nobody is in line, those that back off come early, as upstream lets them.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #plugins: readonly AnyPlugin[];
  readonly #entries = new Map<string, Entry>();
  readonly #active = new Line(byPriority);
  readonly #backoff = new Line(byBackoff);
  readonly #changed = new Broadcast();
  readonly #observer: QueueObserver | undefined;

  constructor(clock: Clock, plugins: readonly AnyPlugin[], observer?: QueueObserver) {
    this.#clock = clock;
    this.#plugins = plugins;
    this.#observer = observer;
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
    const since = this.#clock.monotonic();
    const fresh: Entry = { info, since, first: since, attempts: 0, by: new Set(), place: 'gated', until: 0 };
    this.#entries.set(info.uid, fresh);
    if (!this.#enqueue(fresh, 'PodAdd')) this.#observer?.('gated', 'PodAdd');
  }

  /** The pod itself changed: one that was turned away is tried again when what turned it away can think better of it. */
  update(info: PodInfo): void {
    const entry = this.#entries.get(info.uid);
    if (!entry) return this.add(info);
    const old = entry.info;
    entry.info = info;
    if (entry.place === 'gated') {
      entry.since = entry.first = this.#clock.monotonic();
      this.#enqueue(entry, 'PodUpdate');
    } else if (entry.place === 'unschedulable' && entry.by.size && !entry.isHeld) {
      const changed = changedPodAspects(old, info);
      if (changed.size && this.#helps(entry, { type: 'self-updated', pod: info, old, changed })) {
        this.#retry(entry, 'PodUpdate');
      }
    }
  }

  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#leaveLine(entry);
    this.#entries.delete(uid);
  }

  has(uid: string): boolean {
    return this.#entries.has(uid);
  }

  /** The next pod to schedule; waits for one. Undefined when the signal aborts. The caller owes `turnedAway` or `remove`. */
  async take(signal: AbortSignal): Promise<Taken | undefined> {
    while (!signal.aborted) {
      const taken = this.tryTake();
      if (taken) return taken;
      await this.#changed.next(signal);
    }
    return undefined;
  }

  tryTake(): Taken | undefined {
    const entry = this.#active.pop() ?? this.#backoff.pop();
    if (!entry) return undefined;
    entry.place = 'in-flight';
    entry.attempts++;
    return { info: entry.info, attempts: entry.attempts, since: entry.first };
  }

  /**
   * The attempt failed: wait for an event that helps. With no plugin to blame it was an error, which is tried again when the
   * backoff is over.
   */
  turnedAway(uid: string, by: ReadonlySet<string>): void {
    const entry = this.#entries.get(uid);
    if (entry?.place !== 'in-flight') return;
    entry.by = by;
    entry.place = 'unschedulable';
    entry.until =
      this.#clock.monotonic() + backoff(entry.attempts - 1, { baseMs: initialBackoffMs, maxMs: maxBackoffMs });
    entry.since = this.#clock.monotonic();
    this.#observer?.(by.size ? 'unschedulable' : 'backoff', 'ScheduleAttemptFailure');
    if (by.size) return;
    entry.cancel = this.#clock.after(entry.until - entry.since, () => this.#enqueue(entry, 'BackoffComplete'));
  }

  /** While room is made for it, what happens (others leave one by one) is no reason to try it. */
  hold(uid: string, isHeld: boolean): void {
    const entry = this.#entries.get(uid);
    if (entry) entry.isHeld = isHeld;
  }

  /** What it waits for won't come: try it again. */
  activate(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry?.place === 'unschedulable') this.#retry(entry, 'ForceActivate');
  }

  /** Something may help pods; `only` those that it concerns. */
  happened(event: ClusterEvent, only: (info: PodInfo) => boolean = () => true): void {
    for (const entry of this.#entries.values()) {
      if (entry.place !== 'unschedulable' || entry.isHeld || !only(entry.info)) continue;
      if (this.#helps(entry, event)) this.#retry(entry, eventNames[event.type]);
    }
  }

  /** Tries those again that have waited longest; call it now and then. */
  flush(): void {
    const now = this.#clock.monotonic();
    for (const entry of this.#entries.values()) {
      if (entry.place === 'unschedulable' && now - entry.since >= longestWaitMs)
        this.#retry(entry, 'UnschedulableTimeout');
    }
  }

  #helps(entry: Entry, event: ClusterEvent): boolean {
    const isTaint = event.type === 'node-updated' && repelsDifferently(event);
    return this.#plugins.some((p) => {
      if (!entry.by.has(p.name)) return false;
      return (isTaint && !p.judgesTaints) || (p.helps?.(entry.info, event) ?? true);
    });
  }

  #enqueue(entry: Entry, why: string): boolean {
    const free = this.#plugins.every((p) => p.preEnqueue?.(entry.info) ?? true);
    if (!free || this.#entries.get(entry.info.uid) !== entry) return false;
    this.#stand(entry, 'active', why);
    return true;
  }

  #retry(entry: Entry, why: string): void {
    if (entry.until <= this.#clock.monotonic()) this.#enqueue(entry, why);
    else this.#stand(entry, 'backoff', why);
  }

  #stand(entry: Entry, place: 'active' | 'backoff', why: string): void {
    entry.place = place;
    (place === 'active' ? this.#active : this.#backoff).push(entry);
    this.#observer?.(place, why);
    this.#changed.notify();
  }

  #leaveLine(entry: Entry): void {
    entry.cancel?.();
    if (entry.place === 'active') this.#active.delete(entry);
    if (entry.place === 'backoff') this.#backoff.delete(entry);
  }
}

const repelsDifferently = ({ node, changed }: Extract<ClusterEvent, { type: 'node-updated' }>): boolean =>
  changed.has('taints') || (changed.has('unschedulable') && !node.isCordoned);

/** A binary heap. Removed entries are skipped when they surface. */
class Line {
  readonly #before: (a: Entry, b: Entry) => boolean;
  readonly #heap: Entry[] = [];
  readonly #members = new Set<Entry>();

  constructor(before: (a: Entry, b: Entry) => boolean) {
    this.#before = before;
  }

  push(entry: Entry): void {
    if (this.#members.has(entry)) return;
    this.#members.add(entry);
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(heap[i]!, heap[parent]!)) break;
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
      if (left < heap.length && this.#before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && this.#before(heap[right]!, heap[least]!)) least = right;
      if (least === i) return top;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
}

/** Higher priority first, then who has waited longer. */
const byPriority = (a: Entry, b: Entry): boolean =>
  a.info.priority !== b.info.priority ? a.info.priority > b.info.priority : a.since < b.since;

/** Whose backoff ends first, in steps of a second; then by priority. */
function byBackoff(a: Entry, b: Entry): boolean {
  const [x, y] = [Math.floor(a.until / 1000), Math.floor(b.until / 1000)];
  return x !== y ? x < y : byPriority(a, b);
}
