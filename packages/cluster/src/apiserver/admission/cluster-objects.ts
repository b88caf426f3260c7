import type { KubeObject } from '@tiphys/sdk/machinery';
import type { Kind } from '@tiphys/sdk/schema';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Entry } from '../cache/entry.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { Feeds } from '../cache/feeds.ts';
import type { Registries } from '../registry/registries.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** What admission and authorization read of the cluster: the watch caches, as the server's own parts see them. */
export class ClusterObjects {
  readonly #server: {
    readonly registries: Registries;
    readonly feeds: Feeds;
    readonly deps: { readonly clock: Clock };
  };

  /** What was listed of a kind, until its cache tells of a change: admission asks for the same few objects again and again. */
  readonly #lists = new WeakMap<
    WatchCache,
    { readonly asOf: number; readonly size: number; readonly all: KubeObject[] }
  >();

  constructor(server: { registries: Registries; feeds: Feeds; deps: { clock: Clock } }) {
    this.#server = server;
  }

  /** The object as far as the caches know; frozen. */
  find<O extends KubeObject>(kind: Kind<O, unknown>, namespace: string, name: string): O | undefined {
    return this.#entry(kind, namespace, name)?.object as O | undefined;
  }

  /** The same; when it isn't there, looks again after every write that has been acknowledged so far. */
  get<O extends KubeObject>(
    kind: Kind<O, unknown>,
    namespace: string,
    name: string,
  ): O | undefined | Promise<O | undefined> {
    return this.find(kind, namespace, name) ?? this.#foundLater(kind, namespace, name);
  }

  /** Its labels alone, for which it need not be read. */
  labelsOf<O extends KubeObject>(kind: Kind<O, unknown>, namespace: string, name: string): Labels | Promise<Labels> {
    return this.#entry(kind, namespace, name)?.labels ?? this.#labelsLater(kind, namespace, name);
  }

  /** Waits at most so long for an object to appear. */
  async appears<O extends KubeObject>(
    kind: Kind<O, unknown>,
    { namespace, name, withinMs }: { namespace: string; name: string; withinMs: number },
  ): Promise<O | undefined> {
    let found = await this.get(kind, namespace, name);
    if (found) return found;
    const { registries, deps } = this.#server;
    const { feed } = registries.of(kind);
    const over = deps.clock.timeout(withinMs);
    while (!found && !over.aborted) {
      await feed.reached(feed.revision + 1, over);
      found = this.find(kind, namespace, name);
    }
    return found;
  }

  /** Whether there are any at all. */
  has<O extends KubeObject>(kind: Kind<O, unknown>): boolean {
    return (this.#server.registries.ofKind(kind)?.cache.size ?? 0) > 0;
  }

  list<O extends KubeObject>(kind: Kind<O, unknown>): readonly O[] {
    const registry = this.#server.registries.ofKind(kind);
    if (!registry) return [];
    const { cache, resource } = registry;
    let known = this.#lists.get(cache);
    if (known?.asOf !== cache.lastChange || known.size !== cache.size) {
      const all = cache.list({}).map((entry) => entry.served(resource).object);
      this.#lists.set(cache, (known = { asOf: cache.lastChange, size: cache.size, all }));
    }
    return known.all as readonly KubeObject[] as readonly O[];
  }

  listIn<O extends KubeObject>(kind: Kind<O, unknown>, namespace: string): readonly O[] {
    const registry = this.#server.registries.ofKind(kind);
    return (registry?.cache.list({ namespace }) ?? []).map((entry) => entry.object as O);
  }

  /** Objects under a value of a field that their cache is indexed by. */
  listBy<O extends KubeObject>(kind: Kind<O, unknown>, field: string, value: string): readonly O[] {
    const registry = this.#server.registries.ofKind(kind);
    return (registry?.cache.list({ indexed: { field, value } }) ?? []).map((entry) => entry.object as O);
  }

  async #foundLater<O extends KubeObject>(kind: Kind<O, unknown>, namespace: string, name: string) {
    await this.current();
    return this.find(kind, namespace, name);
  }

  async #labelsLater<O extends KubeObject>(kind: Kind<O, unknown>, namespace: string, name: string) {
    await this.current();
    return this.#entry(kind, namespace, name)?.labels;
  }

  #entry<O extends KubeObject>(kind: Kind<O, unknown>, namespace: string, name: string): Entry | undefined {
    return this.#server.registries.ofKind(kind)?.find(namespace, name);
  }

  /** Resolves when the caches show every write that has been acknowledged. */
  current(): Promise<void> {
    return this.#server.feeds.current();
  }
}
