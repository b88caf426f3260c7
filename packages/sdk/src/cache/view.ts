import type { KubeObject } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';
import type { Cache, Informer } from './informer.ts';

/** The cache as a reconciler reads it: by kind, answering at once. Asking for a kind starts its informer. */
export class CacheView {
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  informer<O extends KubeObject, M>(kind: Kind<O, M>): Informer<O> {
    return this.#cache.informer(kind);
  }

  get<O extends KubeObject, M>(kind: Kind<O, M>, namespace: string | undefined, name: string): O | undefined {
    return this.#cache.informer(kind).get(namespace, name);
  }

  list<O extends KubeObject, M>(kind: Kind<O, M>, namespace?: string): readonly O[] {
    return this.#cache.informer(kind).list(namespace);
  }

  /** The objects whose controller is `owner`. */
  ownedBy<O extends KubeObject, M>(kind: Kind<O, M>, owner: KubeObject): readonly O[] {
    const { uid } = owner.metadata;
    return uid ? this.#cache.informer(kind).ownedBy(uid) : [];
  }

  /** The objects under an index value; the index was added in the controller's `setup`. */
  by<O extends KubeObject, M>(kind: Kind<O, M>, index: string, value: string): readonly O[] {
    return this.#cache.informer(kind).by(index, value);
  }
}
