import type { Cache, Informer, InformerHandler } from '@tiphys/sdk/cache';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { decode, type Kind } from '@tiphys/sdk/schema';

/** A cache that holds what a test puts into it: components see it as they would see a cluster. */
export class HeldObjects implements Cache {
  readonly #informers = new Map<string, HeldInformer<KubeObject>>();

  informer<O extends KubeObject, M>(kind: Kind<O, M>): Informer<O> {
    return this.#informerOf(kind) as unknown as Informer<O>;
  }

  synced(): Promise<void> {
    return Promise.resolve();
  }

  put<O extends KubeObject, M>(kind: Kind<O, M>, manifest: M): void {
    const object = decode(kind.schema.shape, manifest) as O;
    this.#informerOf(kind).change(keyOf(object), object);
  }

  remove<O extends KubeObject, M>(kind: Kind<O, M>, namespace: string | undefined, name: string): void {
    this.#informerOf(kind).change(`${namespace ?? ''}/${name}`, undefined);
  }

  #informerOf<O extends KubeObject, M>(kind: Kind<O, M>): HeldInformer<KubeObject> {
    const informer =
      this.#informers.get(kind.kind) ?? new HeldInformer<KubeObject>(kind as unknown as Kind<KubeObject>);
    this.#informers.set(kind.kind, informer);
    return informer;
  }
}

class HeldInformer<O extends KubeObject> implements Informer<O> {
  readonly kind: Kind<O>;
  readonly #objects = new Map<string, O>();
  readonly #handlers = new Set<InformerHandler<O>>();
  readonly #indexes = new Map<string, (object: O) => readonly string[]>();

  constructor(kind: Kind<O>) {
    this.kind = kind;
  }

  get size(): number {
    return this.#objects.size;
  }

  change(key: string, next: O | undefined): void {
    const old = this.#objects.get(key);
    if (next) this.#objects.set(key, next);
    else this.#objects.delete(key);
    if (next ?? old) for (const handler of this.#handlers) handler(next, old);
  }

  get(namespace: string | undefined, name: string): O | undefined {
    return this.#objects.get(`${namespace ?? ''}/${name}`);
  }

  list(namespace?: string): readonly O[] {
    return [...this.#objects.values()].filter((o) => namespace === undefined || o.metadata.namespace === namespace);
  }

  byUid(uid: string): O | undefined {
    return this.list().find((o) => o.metadata.uid === uid);
  }

  ownedBy(uid: string): readonly O[] {
    return this.list().filter((o) => o.metadata.ownerReferences?.some((r) => r.controller && r.uid === uid));
  }

  by(index: string, value: string): readonly O[] {
    return this.list().filter((o) => this.#indexes.get(index)?.(o).includes(value));
  }

  on(handler: InformerHandler<O>): () => void {
    this.#handlers.add(handler);
    for (const object of this.#objects.values()) handler(object, undefined);
    return () => this.#handlers.delete(handler);
  }

  addIndex(name: string, values: (object: O) => readonly string[]): void {
    this.#indexes.set(name, values);
  }

  synced(): Promise<void> {
    return Promise.resolve();
  }

  seen(): Promise<void> {
    return Promise.resolve();
  }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
