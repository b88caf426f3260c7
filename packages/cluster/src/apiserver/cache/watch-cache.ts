import { StatusError } from '@tiphys/sdk/machinery';
import type { StoredItem, StoreEvent } from '../../store/index.ts';
import { keyOf, type Resource } from '../registry/resource.ts';
import { Entry } from './entry.ts';
import { OrderedEntries } from './ordered.ts';
import { RecentEvents } from './recent-events.ts';
import { Snapshots } from './snapshots.ts';
import { type CacheEvent, type Interest, Watcher } from './watcher.ts';

export type { CacheEvent };

/** One resource's latest objects and recent events, and those who watch them. */
export class WatchCache {
  readonly resource: Resource;
  readonly #entries = new Map<string, Entry>();
  readonly #ordered = new OrderedEntries();
  readonly snapshots = new Snapshots();
  /** Values of indexed fields, each with the objects that have it. */
  readonly #indexes = new Map<string, Map<string, Set<Entry>>>();
  readonly #recent: RecentEvents;
  readonly #watchers = new Watchers();
  readonly #followers: ((event: CacheEvent) => void)[] = [];
  /** Keys under which something stands that is no object. */
  readonly #unreadable = new Set<string>();
  /** The revision of the last change to any of the resource's objects. */
  lastChange: number;
  /** How many changes there have been. */
  received = 0;
  #bytes = 0;

  constructor(resource: Resource, revision: number) {
    this.resource = resource;
    this.#recent = new RecentEvents(revision);
    this.lastChange = revision;
    for (const field of indexedFields(resource)) this.#indexes.set(field, new Map());
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes of all stored bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Whether nothing stands under a key: less than that there is no object. */
  isFree(key: string): boolean {
    return !this.#entries.has(key) && !this.#unreadable.has(key);
  }

  /** Objects in key order: all, those of a namespace, the one of a name, or those under an indexed value. */
  list(interest: Interest): readonly Entry[] {
    return [...this.entries(interest)];
  }

  /** The same as they are now, whatever is written while somebody goes through them. */
  entries(interest: Interest): Iterable<Entry> {
    const { namespace, name, indexed } = interest;
    if (!this.#entries.size) return [];
    if (name !== undefined && (namespace !== undefined || !this.resource.namespaced)) {
      const one = this.#entries.get(keyOf(this.resource, namespace ?? '', name));
      return one ? [one] : [];
    }
    const values = indexed && this.#indexes.get(indexed.field);
    const found = values
      ? [...(values.get(indexed.value) ?? [])].sort(byKey)
      : this.snapshot().range(scopeOf(this.resource, interest));
    return within(interest, found);
  }

  /** Everything that is there now, in key order, whatever is written later. */
  snapshot(): OrderedEntries {
    return this.#ordered.snapshot();
  }

  /** A watch from just after `revision`, told of `initial` objects before. Throws 410 when events since are gone. */
  watch(interest: Interest, revision: number, initial?: AsyncIterable<readonly Entry[]>): Watcher {
    const { start } = this.#recent;
    if (revision < start) {
      throw new StatusError(410, 'Expired', `too old resource version: ${revision} (${start})`);
    }
    const watcher = new Watcher(interest, revision, {
      ...(initial && { initial }),
      onClose: (w) => this.#watchers.delete(w),
    });
    for (const event of this.#recent.after(revision)) if (concerns(interest, event)) watcher.offer(event);
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Calls back, within the same turn, for every event from now on: for what must never lag behind the cache. */
  follow(follower: (event: CacheEvent) => void): void {
    this.#followers.push(follower);
  }

  /** Takes in an object at start-up, when nobody watches yet. Throws `Unreadable`. */
  load(item: StoredItem): void {
    const entry = this.#read(item);
    this.#set(entry);
    // It was looked into for the indexes, or to be read at all; most objects nobody looks into again soon.
    entry.forgetParsed();
  }

  /** Takes in what the store tells, in its order. Throws `Unreadable`. */
  apply(event: StoreEvent, revision: number): void {
    const prev = this.#entries.get(event.key);
    if (event.type === 'delete') {
      if (!prev) return;
      this.#unindex(prev);
      this.#bytes -= prev.size;
      this.#entries.delete(prev.key);
      this.#ordered.delete(prev.key);
      this.#publish({ type: 'DELETED', entry: prev.at(revision), prev });
    } else {
      const entry = this.#read(event.item!);
      if (prev) {
        this.#unindex(prev);
        this.#bytes -= prev.size;
      }
      this.#set(entry);
      this.#publish({ type: prev ? 'MODIFIED' : 'ADDED', entry, prev });
    }
  }

  /**
   * Ends all watches: what happened before the revision can't be told, and who comes back from there starts over. Answers the
   * keys that are gone, when these are there.
   */
  startOver(revision: number, there: ReadonlySet<string>): readonly string[] {
    this.close();
    this.#recent.startOver(revision);
    return [...this.#entries.keys()].filter((key) => !there.has(key));
  }

  close(): void {
    for (const w of this.#watchers.all) w.close();
  }

  #read(item: StoredItem): Entry {
    try {
      const entry = Entry.read(this.resource, item);
      if (this.#unreadable.size) this.#unreadable.delete(item.key);
      return entry;
    } catch (error) {
      this.#unreadable.add(item.key);
      throw error;
    }
  }

  #publish(event: CacheEvent): void {
    this.received++;
    this.lastChange = Math.max(this.lastChange, event.entry.revision);
    this.#recent.push(event);
    for (const follow of this.#followers) follow(event);
    this.#watchers.publish(event);
  }

  #set(entry: Entry): void {
    this.#bytes += entry.size;
    this.#entries.set(entry.key, entry);
    this.#ordered.set(entry);
    for (const [field, values] of this.#indexes) {
      const value = entry.fieldValue(field);
      const set = values.get(value);
      if (set) set.add(entry);
      else values.set(value, new Set([entry]));
    }
  }

  #unindex(entry: Entry): void {
    for (const [field, values] of this.#indexes) {
      const value = entry.fieldValue(field);
      const set = values.get(value);
      set?.delete(entry);
      if (set?.size === 0) values.delete(value);
    }
  }
}

/** What all keys start with of the objects that may be wanted. */
export const scopeOf = ({ prefix, namespaced }: Resource, { namespace }: Interest): string =>
  namespace !== undefined && namespaced ? `${prefix}${namespace}/` : prefix;

/** Whether an object is where it is looked for, and of the name. Selectors have their own say. */
export const isWithin = ({ namespace, name }: Interest, entry: Entry): boolean =>
  (namespace === undefined || !entry.resource.namespaced || entry.namespace === namespace) &&
  (name === undefined || entry.name === name);

export function* within(interest: Interest, entries: Iterable<Entry>): Iterable<Entry> {
  for (const entry of entries) if (isWithin(interest, entry)) yield entry;
}

/** Fields by which many ask for few: a kubelet's pods, above all. */
const indexed: Readonly<Record<string, readonly string[]>> = { pods: ['spec.nodeName'] };

export const indexedFields = (resource: Resource): readonly string[] =>
  resource.group === '' ? (indexed[resource.resource] ?? []) : [];

const byKey = (a: Entry, b: Entry): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const concerns = (interest: Interest, { entry }: CacheEvent): boolean => isWithin(interest, entry);

/** Watchers, found by what they want, so that an event costs nothing for those it doesn't concern. */
class Watchers {
  readonly all = new Set<Watcher>();
  readonly #anywhere = new Set<Watcher>();
  readonly #byNamespace = new Map<string, Set<Watcher>>();
  readonly #byField = new Map<string, Map<string, Set<Watcher>>>();

  get size(): number {
    return this.all.size;
  }

  add(w: Watcher): void {
    this.all.add(w);
    this.#home(w, true).add(w);
  }

  delete(w: Watcher): void {
    this.all.delete(w);
    this.#home(w, false).delete(w);
  }

  publish(event: CacheEvent): void {
    offer(this.#anywhere, event);
    if (this.#byNamespace.size) offer(this.#byNamespace.get(event.entry.namespace), event);
    for (const [field, values] of this.#byField) {
      const now = event.entry.fieldValue(field);
      offer(values.get(now), event);
      const before = event.prev?.fieldValue(field);
      if (before !== undefined && before !== now) offer(values.get(before), event);
    }
  }

  #home({ interest }: Watcher, make: boolean): Set<Watcher> {
    if (interest.indexed) {
      const { field, value } = interest.indexed;
      const values = this.#byField.get(field) ?? new Map<string, Set<Watcher>>();
      if (make) this.#byField.set(field, values);
      return under(values, value, make);
    }
    if (interest.namespace !== undefined) return under(this.#byNamespace, interest.namespace, make);
    return this.#anywhere;
  }
}

function offer(watchers: Set<Watcher> | undefined, event: CacheEvent): void {
  if (watchers) for (const w of watchers) if (concerns(w.interest, event)) w.offer(event);
}

function under(map: Map<string, Set<Watcher>>, key: string, make: boolean): Set<Watcher> {
  const set = map.get(key) ?? new Set<Watcher>();
  if (make) map.set(key, set);
  else if (set.size <= 1) map.delete(key);
  return set;
}
