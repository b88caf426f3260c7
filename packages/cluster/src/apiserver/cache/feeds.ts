import type { Clock, Logger } from '@tiphys/sdk/runtime';
import type { StoreBackend } from '../../store/index.ts';
import type { Resource } from '../registry/resource.ts';
import { Feed } from './feed.ts';
import type { WatchCache } from './watch-cache.ts';

/** A resource that is kept in a store of its own, apart from all others. */
export interface StoreOverride {
  readonly group: string;
  readonly resource: string;
  readonly store: StoreBackend;
}

export interface FeedsDeps {
  readonly store: StoreBackend;
  readonly overrides?: readonly StoreOverride[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** A feed for each store. A resource has one of them, whose revisions are its resourceVersions. */
export class Feeds {
  readonly #main: Feed;
  readonly #others: readonly { readonly override: StoreOverride; readonly feed: Feed }[];
  readonly #byPrefix = new Map<string, Feed>();

  constructor({ store, overrides = [], ...deps }: FeedsDeps) {
    this.#main = new Feed(store, deps);
    const feeds = new Map([[store, this.#main]]);
    this.#others = overrides.map((override) => {
      const feed = feeds.get(override.store) ?? new Feed(override.store, deps);
      feeds.set(override.store, feed);
      return { override, feed };
    });
  }

  get all(): readonly Feed[] {
    return [...new Set([this.#main, ...this.#others.map(({ feed }) => feed)])];
  }

  get caches(): readonly WatchCache[] {
    return this.all.flatMap((feed) => [...feed.caches]);
  }

  /** Versions of a resource that share a place in the store share its feed. */
  of({ prefix }: Resource): Feed {
    return this.#byPrefix.get(prefix) ?? this.#main;
  }

  /** Loads what is stored of these resources. */
  async load(resources: readonly Resource[], signal: AbortSignal): Promise<void> {
    for (const r of resources) this.#place(r);
    for (const feed of this.all)
      await feed.load(
        resources.filter((r) => this.of(r) === feed),
        signal,
      );
  }

  /** The feed of one more resource, which is followed from now on. */
  async open(resource: Resource): Promise<Feed> {
    this.#place(resource);
    const feed = this.of(resource);
    await feed.open(resource);
    return feed;
  }

  close(resource: Resource): void {
    this.of(resource).close(resource);
  }

  #place({ group, resource, prefix }: Resource): void {
    const found = this.#others.find(({ override: o }) => o.group === group && o.resource === resource);
    if (found) this.#byPrefix.set(prefix, found.feed);
  }

  /** Follows the stores until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.all.map((feed) => feed.run(signal)));
  }

  /** Resolves when the caches show everything that had been written when it was called. */
  async current(): Promise<void> {
    await Promise.all(this.all.map((feed) => feed.current()));
  }
}
