import { type CacheDeps, type Informer, SharedCache } from '@tiphys/sdk/cache';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { Kind } from '@tiphys/sdk/schema';

interface Watched<O> {
  readonly informer: Informer<O>;
  readonly stop: AbortController;
  /** The pods that refer to it, by uid. */
  readonly pods: Set<string>;
}

/**
 * Single objects (config maps, secrets) that pods of this node refer to, each watched by itself for as long as one does: a node
 * is allowed to see no others.
 */
export class ReferencedObjects<O extends KubeObject, M = unknown> {
  readonly #kind: Kind<O, M>;
  readonly #deps: CacheDeps;
  readonly #changed: (podUid: string) => void;
  readonly #watched = new Map<string, Watched<O>>();

  /** `changed` is called for each pod that refers to an object which is new, different or gone. */
  constructor(kind: Kind<O, M>, deps: CacheDeps, changed: (podUid: string) => void) {
    this.#kind = kind;
    this.#deps = deps;
    this.#changed = changed;
  }

  /** The object as the pod may see it now; undefined when there is none. */
  async get(podUid: string, namespace: string, name: string, signal: AbortSignal): Promise<O | undefined> {
    if (!name) return undefined;
    const watched = this.#watch(`${namespace}/${name}`, namespace, name);
    watched.pods.add(podUid);
    await watched.informer.synced(signal);
    return watched.informer.get(namespace, name);
  }

  /** The pod is gone. */
  release(podUid: string): void {
    for (const [key, { pods, stop }] of this.#watched) {
      if (!pods.delete(podUid) || pods.size > 0) continue;
      this.#watched.delete(key);
      stop.abort();
    }
  }

  close(): void {
    for (const { stop } of this.#watched.values()) stop.abort();
    this.#watched.clear();
  }

  #watch(key: string, namespace: string, name: string): Watched<O> {
    const held = this.#watched.get(key);
    if (held) return held;
    const stop = new AbortController();
    const cache = new SharedCache(this.#deps, stop.signal);
    const informer = cache.informer(this.#kind, { namespace, fieldSelector: `metadata.name=${name}` });
    const watched: Watched<O> = { informer, stop, pods: new Set() };
    this.#watched.set(key, watched);
    informer.on(() => {
      for (const pod of watched.pods) this.#changed(pod);
    });
    return watched;
  }
}
