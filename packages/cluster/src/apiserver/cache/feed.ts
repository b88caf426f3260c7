import { Broadcast, type Clock } from '@tiphys/sdk/runtime';
import type { StoreBackend } from '../../store/index.ts';
import { type Resource } from '../registry/resource.ts';
import { WatchCache } from './watch-cache.ts';

/** Objects taken in between two pauses at start-up. */
const chunk = 500;

/** Keeps every resource's watch cache current from one watch of the store. */
export class Feed {
  readonly #store: StoreBackend;
  readonly #clock: Clock;
  readonly #caches = new Map<string, WatchCache>();
  readonly #moved = new Broadcast();
  #revision = 0;

  constructor(store: StoreBackend, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Everything up to this revision is in the caches. */
  get revision(): number {
    return this.#revision;
  }

  get caches(): Iterable<WatchCache> {
    return this.#caches.values();
  }

  cache(resource: Resource): WatchCache {
    const cache = this.#caches.get(resource.prefix);
    if (!cache) throw new Error(`no watch cache for ${resource.prefix}`);
    return cache;
  }

  /** Loads what is stored. */
  async load(resources: readonly Resource[], signal: AbortSignal): Promise<void> {
    const { revision } = this.#store;
    for (const r of resources) {
      const cache = new WatchCache(r, revision);
      this.#caches.set(r.prefix, cache);
      let startAfter = '';
      for (let more = true; more && !signal.aborted;) {
        const page = await this.#store.list(r.prefix, { revision, startAfter, limit: chunk });
        for (const i of page.items) cache.load(i.key, i.value, i.modRevision);
        more = page.more;
        startAfter = page.items.at(-1)?.key ?? '';
        if (more) await this.#clock.yield();
      }
    }
    this.#revision = revision;
  }

  /** Follows the store until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const batches = this.#store.watch('/registry/', { fromRevision: this.#revision + 1, signal });
    for await (const { revision, events } of batches) {
      for (const event of events) this.#caches.get(prefixOf(event.key, this.#caches))?.apply(event, revision);
      this.#revision = Math.max(this.#revision, revision);
      this.#moved.notify();
    }
    for (const cache of this.#caches.values()) cache.close();
  }

  /** Resolves when the caches show this revision. */
  async reached(revision: number, signal?: AbortSignal): Promise<void> {
    while (this.#revision < revision && !signal?.aborted) await this.#moved.next(signal);
  }

  /** Resolves when the caches show everything that had been written when it was called. */
  async current(signal?: AbortSignal): Promise<void> {
    await this.reached(await this.#store.currentRevision(), signal);
  }
}

/** `/registry/pods/` of `/registry/pods/ns/name`; a directory of two names (`services/specs`) where there is one. */
function prefixOf(key: string, caches: ReadonlyMap<string, unknown>): string {
  const first = key.indexOf('/', '/registry/'.length) + 1;
  const short = key.slice(0, first);
  return caches.has(short) ? short : key.slice(0, key.indexOf('/', first) + 1);
}
