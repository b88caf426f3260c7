import { internalError, type KubeObject, serviceUnavailable } from '@tiphys/sdk/machinery';
import { settle } from '@tiphys/sdk/schema';
import { create, remove, type StoreBackend, StoreFull, update } from '../../store/index.ts';
import { Entry } from '../cache/entry.ts';
import { storedBody } from '../cache/stored.ts';
import type { Expiry } from './expiry.ts';
import { keyOf, type Resource } from './resource.ts';

/** etcd's default limit for a request, of which the value is nearly all. */
const largestObject = 1.5 * 1024 * 1024;

export interface StoredObjectsDeps {
  readonly store: StoreBackend;
  /** As what its objects are stored: itself, but for another version of what is kept in the same place. */
  readonly storedAs: Resource;
  /** For kinds whose objects end by themselves. */
  readonly expiry: Expiry | undefined;
  /** A revision at which nothing stood under a key, if one is known. */
  readonly absentAt: (key: string) => number | undefined;
}

/** A resource's objects as they are put into the store, and taken out of it. */
export class StoredObjects {
  readonly #resource: Resource;
  readonly #deps: StoredObjectsDeps;

  constructor(resource: Resource, deps: StoredObjectsDeps) {
    this.#resource = resource;
    this.#deps = deps;
  }

  /** The object as whoever reads it from the store will see it. */
  settled(object: KubeObject): KubeObject {
    const { kind } = this.#resource;
    settle(kind.schema.shape, object);
    kind.default?.(object);
    return kind.settled?.(object) ?? object;
  }

  /** Throws `KeyExists`. */
  create(object: KubeObject): Promise<Entry> {
    const { store, absentAt } = this.#deps;
    return this.#put(object, (key, body, lease) => create(store, key, body, { lease, absentAt: absentAt(key) }));
  }

  /** Throws `RevisionMismatch` when there is another by now. */
  replace({ revision: ifRevision }: Entry, object: KubeObject): Promise<Entry> {
    const { store } = this.#deps;
    return this.#put(object, (key, body, lease) => update(store, key, body, { ifRevision, lease }));
  }

  /** Answers what it was in the end, at the revision of its removal. Throws `RevisionMismatch` when there is another by now. */
  async remove({ key, revision: ifRevision }: Entry, last: KubeObject): Promise<Entry> {
    try {
      const revision = await remove(this.#deps.store, key, { ifRevision });
      return new Entry(this.#resource, key, storedBody(this.#resource, last), revision);
    } catch (err) {
      throw refusalOf(err);
    }
  }

  async #put(
    object: KubeObject,
    write: (key: string, body: Uint8Array, lease: number | undefined) => Promise<{ modRevision: number }>,
  ): Promise<Entry> {
    const { expiry, storedAs } = this.#deps;
    const { hub } = this.#resource.kind;
    const body = storedBody(storedAs, hub ? hub.toHub(object) : object);
    const key = keyOf(this.#resource, object.metadata.namespace ?? '', object.metadata.name ?? '');
    if (body.length > largestObject) throw internalError('etcdserver: request is too large');
    try {
      const { modRevision } = await write(key, body, expiry && (await expiry.lease()));
      return new Entry(this.#resource, key, hub ? storedBody(this.#resource, object) : body, modRevision);
    } catch (err) {
      throw refusalOf(err);
    }
  }
}

/** A store without room refuses writes for a while; reads go on. */
const refusalOf = (err: unknown): unknown =>
  err instanceof StoreFull
    ? serviceUnavailable('the store has no room left on its disk: nothing was written', 10)
    : err;
