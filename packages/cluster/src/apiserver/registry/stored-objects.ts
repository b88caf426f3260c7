import { internalError, type KubeObject, serviceUnavailable } from '@tiphys/sdk/machinery';
import { type Converter, settle } from '@tiphys/sdk/schema';
import { create, remove, type StoreBackend, StoreFull, update } from '../../store/index.ts';
import { Entry } from '../cache/entry.ts';
import { bodyToStore, storedBody } from '../cache/stored.ts';
import { asStored, pruned } from './conversions.ts';
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
  /** What is stored of objects that have been settled, where others convert between the two. */
  readonly #forms = new WeakMap<KubeObject, KubeObject>();

  constructor(resource: Resource, deps: StoredObjectsDeps) {
    this.#resource = resource;
    this.#deps = deps;
  }

  /** The object as whoever reads it from the store will see it; a promise of it where others convert it. */
  settled(object: KubeObject): KubeObject | Promise<KubeObject> {
    const { kind } = this.#resource;
    settle(kind.schema.shape, object);
    kind.default?.(object);
    const { converter } = kind;
    return converter && converter.stored !== kind
      ? this.#thereAndBack(object, converter)
      : (kind.settled?.(object) ?? object);
  }

  async #thereAndBack(object: KubeObject, converter: Converter): Promise<KubeObject> {
    const { kind } = this.#resource;
    const stored = await this.#storedForm(object, converter);
    const settled = pruned(kind, await converter.convert(stored, kind));
    this.#forms.set(settled, stored);
    return settled;
  }

  /** What is stored of an object, its version's defaults filled in as whoever reads it would. */
  async #storedForm(object: KubeObject, converter: Converter): Promise<KubeObject> {
    const { apiVersion, kind } = this.#resource.kind;
    const { stored } = converter;
    const form = pruned(stored, await converter.convert(asStored({ ...object, apiVersion, kind }), stored));
    return stored.settled?.(form) ?? form;
  }

  /** Whether it is worth a write though nothing of it changes: the store would keep it otherwise now. */
  isStale({ key }: Entry): Promise<boolean> | false {
    return this.#deps.store.isStale?.(key) ?? false;
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
    const { hub, converter } = this.#resource.kind;
    const isConverted = converter !== undefined && converter.stored !== this.#resource.kind;
    const form = hub ? hub.toHub(object) : isConverted ? await this.#formOf(object, converter) : object;
    const body = bodyToStore(storedAs, form);
    const key = keyOf(this.#resource, object.metadata.namespace ?? '', object.metadata.name ?? '');
    if (body.length > largestObject) throw internalError('etcdserver: request is too large');
    try {
      const { modRevision } = await write(key, body, expiry && (await expiry.lease()));
      return new Entry(this.#resource, key, form === object ? body : storedBody(this.#resource, object), modRevision);
    } catch (err) {
      throw refusalOf(err);
    }
  }

  #formOf(object: KubeObject, converter: Converter): KubeObject | Promise<KubeObject> {
    return this.#forms.get(object) ?? this.#storedForm(object, converter);
  }
}

/** A store without room refuses writes for a while; reads go on. */
const refusalOf = (err: unknown): unknown =>
  err instanceof StoreFull
    ? serviceUnavailable('the store has no room left on its disk: nothing was written', 10)
    : err;
