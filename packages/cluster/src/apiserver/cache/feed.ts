import { serviceUnavailable } from '@tiphys/sdk/machinery';
import { Broadcast, type Clock, type Logger, type Pacer, pacerOf } from '@tiphys/sdk/runtime';
import { Compacted, type StoreBackend, type StoredItem, type StoreEvent } from '../../store/index.ts';
import { prefixOf, type Resource } from '../registry/resource.ts';
import { SharedAsk } from './shared-ask.ts';
import { Unreadable } from './stored.ts';
import { WatchCache } from './watch-cache.ts';

/** Objects taken in between two pauses at start-up. */
const chunk = 500;

/** Before what failed is tried again. */
const againMs = 1000;

interface Opening {
  readonly cache: WatchCache;
  readonly told: { readonly event: StoreEvent; readonly revision: number }[];
}

/** Keeps every resource's watch cache current from one watch of the store. */
export class Feed {
  readonly store: StoreBackend;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #caches = new Map<string, WatchCache>();
  /** Caches that are being filled, with what the store has told of them meanwhile. */
  readonly #opening = new Map<string, Opening>();
  readonly #moved = new Broadcast();
  readonly #pacer: Pacer;
  readonly #current: SharedAsk<number, void>;
  #revision = 0;
  #isOver = false;

  constructor(store: StoreBackend, { clock, log }: { clock: Clock; log: Logger }) {
    this.store = store;
    this.#clock = clock;
    this.#log = log;
    this.#pacer = pacerOf(clock);
    this.#current = new SharedAsk(
      () => this.store.currentRevision(),
      (revision) => this.reached(revision),
    );
  }

  /** Everything up to this revision is in the caches. */
  get revision(): number {
    return this.#revision;
  }

  get caches(): Iterable<WatchCache> {
    return this.#caches.values();
  }

  /** The cache of a resource, if it is kept now. */
  find({ prefix }: Resource): WatchCache | undefined {
    return this.#caches.get(prefix);
  }

  cache(resource: Resource): WatchCache {
    const cache = this.find(resource);
    if (!cache) throw new Error(`no watch cache for ${resource.prefix}`);
    return cache;
  }

  /** Loads what is stored. */
  async load(resources: readonly Resource[], signal: AbortSignal): Promise<void> {
    const { revision } = this.store;
    for (const r of resources) {
      const cache = new WatchCache(r, revision);
      this.#caches.set(r.prefix, cache);
      await this.#fill(cache, revision, signal);
    }
    this.#revision = revision;
  }

  /** A cache of one more resource, from now on. */
  async open(resource: Resource): Promise<WatchCache> {
    const { prefix } = resource;
    const revision = this.#revision;
    const opening: Opening = { cache: new WatchCache(resource, revision), told: [] };
    this.#opening.set(prefix, opening);
    try {
      await this.#fill(opening.cache, revision);
      if (this.#opening.get(prefix) !== opening) return opening.cache;
      this.#caches.set(prefix, opening.cache);
      for (const { event, revision: at } of opening.told) this.#take(opening.cache, event, at);
      return opening.cache;
    } finally {
      if (this.#opening.get(prefix) === opening) this.#opening.delete(prefix);
    }
  }

  /** Forgets a resource; whoever watches it is told that the watch is over. */
  close({ prefix }: Resource): void {
    this.#opening.delete(prefix);
    this.#caches.get(prefix)?.close();
    this.#caches.delete(prefix);
  }

  async #fill(cache: WatchCache, revision: number, signal?: AbortSignal): Promise<void> {
    for await (const items of this.#stored(cache, revision, signal)) {
      for (const i of items) this.#reading(() => cache.load(i));
    }
  }

  /** What was stored of a resource at a revision, in chunks. */
  async *#stored(
    { resource: { prefix } }: WatchCache,
    revision: number,
    signal?: AbortSignal,
  ): AsyncIterable<readonly StoredItem[]> {
    let startAfter = '';
    for (let more = true; more && !signal?.aborted;) {
      const page = await this.store.list(prefix, { revision, startAfter, limit: chunk });
      yield page.items;
      more = page.more;
      startAfter = page.items.at(-1)?.key ?? '';
      if (more) await this.#clock.yield();
    }
  }

  /** Follows the store until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        try {
          await this.#follow(signal);
        } catch (error) {
          if (!(error instanceof Compacted)) throw error;
          this.#log.warn('the store was out of reach for longer than it remembers: watches start over');
          await this.#startOver(signal).catch(async (cause: unknown) => {
            this.#log.warn('the store could not be read again yet', { error: cause });
            await this.#clock.sleep(againMs, signal).catch(() => {});
          });
        }
      }
    } finally {
      this.#isOver = true;
      this.#moved.notify();
    }
    for (const cache of this.#caches.values()) cache.close();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const batches = this.store.watch('/registry/', { fromRevision: this.#revision + 1, signal });
    for await (const { revision, events } of batches) {
      for (const event of events) this.#apply(event, revision);
      this.#reach(revision);
    }
  }

  #reach(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    this.#moved.notify();
  }

  /** Takes in what is stored now, when what has happened since can't be told any more. */
  async #startOver(signal: AbortSignal): Promise<void> {
    // Those that are being filled are filled from before, or can't be.
    while (this.#opening.size) await this.#clock.yield();
    const revision = await this.store.currentRevision();
    const found = new Map<WatchCache, StoredItem[]>();
    for (const cache of this.#caches.values()) {
      const all: StoredItem[] = [];
      found.set(cache, all);
      for await (const items of this.#stored(cache, revision, signal)) all.push(...items);
    }
    if (signal.aborted) return;
    for (const [cache, items] of found) {
      const gone = cache.startOver(revision, new Set(items.map((i) => i.key)));
      for (const key of gone) cache.apply({ type: 'delete', key }, revision);
      for (const item of items) {
        if (cache.get(item.key)?.revision === item.modRevision) continue;
        this.#take(cache, { type: 'put', key: item.key, item }, item.modRevision);
      }
    }
    this.#reach(revision);
  }

  #apply(event: StoreEvent, revision: number): void {
    const prefix = prefixOf(event.key, this.#caches);
    this.#opening.get(prefix)?.told.push({ event, revision });
    const cache = this.#caches.get(prefix);
    if (cache) this.#take(cache, event, revision);
  }

  #take(cache: WatchCache, event: StoreEvent, revision: number): void {
    if (this.#reading(() => cache.apply(event, revision))) return;
    cache.apply({ type: 'delete', key: event.key }, revision);
  }

  /** Whether it could be read. What somebody else put there and is no object counts as absent: the others are served. */
  #reading(take: () => void): boolean {
    try {
      take();
      return true;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#log.error('a stored value is left out', { error: error.message });
      return false;
    }
  }

  /** Resolves when the caches show this revision; rejects when they never will. */
  async reached(revision: number, signal?: AbortSignal): Promise<void> {
    while (this.#revision < revision && !signal?.aborted) {
      if (this.#isOver) throw serviceUnavailable('the server is ending');
      await this.#moved.next(signal);
    }
  }

  /**
   * Resolves when the caches show everything that had been written when it was called: in turns, since one answer may be for
   * thousands who asked.
   */
  async current(): Promise<void> {
    await this.#current.ask();
    await this.#pacer.turn();
  }
}
