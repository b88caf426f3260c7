import type {
  ApiRequest,
  ApiResponse,
  CallOptions,
  Client,
  DeleteOptions,
  ListOptions,
  ObjectKey,
  ObjectList,
  Patch,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../client/index.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  deepCopy,
  equal,
  type JsonObject,
  jsonPatch,
  type KubeObject,
  mergePatch,
  methodNotAllowed,
  notFound,
  strategicMergePatch,
  timestamp,
} from '../machinery/index.ts';
import { abortError, type Clock, type Random } from '../runtime/index.ts';
import { type AnyKind, decode, erase, type Kind } from '../schema/index.ts';
import { deletionOf, mustMeetPreconditions, resourceOf, uidMessage } from './fake-deletion.ts';
import { fakeDiscovery } from './fake-discovery.ts';
import { bookmark, chooser, eventFor } from './fake-selection.ts';
import { FakeStore } from './fake-store.ts';

/** Looked at before every request; what it throws is the answer. */
export type Reactor = (request: {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'post';
  readonly kind: AnyKind;
  readonly subresource?: string;
  readonly key?: ObjectKey;
}) => void | Promise<void>;

/**
 * A client with an API server's manners and no server: revisions, conflicts, defaults, generations, finalizers, grace, watches.
 * It has no admission, validation, managed fields or server-side apply; what needs those is tested against the API server.
 */
export class FakeClient implements Client {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #store = new FakeStore();
  readonly #reactors = new Set<Reactor>();
  #watches = new AbortController();

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock;
    this.#random = random.fork('fake-client');
  }

  /** Adds a reactor; the returned function takes it away. */
  react(reactor: Reactor): () => void {
    this.#reactors.add(reactor);
    return () => this.#reactors.delete(reactor);
  }

  /** Ends every open watch, as a server does that restarts. */
  dropWatches(): void {
    this.#watches.abort();
    this.#watches = new AbortController();
  }

  /** Forgets all changes up to now, so that older watches can't resume. */
  compact(): void {
    this.#store.compact();
  }

  async get<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options: CallOptions = {}): Promise<O> {
    await this.#begin({ verb: 'get', kind: erase(kind), key }, options);
    return this.#existing(erase(kind), key) as O;
  }

  async list<O extends KubeObject, M>(kind: Kind<O, M>, options: ListOptions = {}): Promise<ObjectList<O>> {
    await this.#begin({ verb: 'list', kind: erase(kind) }, options);
    const chosen = chooser(erase(kind), options);
    const all = this.#store.list(erase(kind)).filter(chosen) as O[];
    const from = options.continue ? Number(options.continue) : 0;
    const items = options.limit ? all.slice(from, from + options.limit) : all;
    const left = all.length - from - items.length;
    return {
      items,
      metadata: {
        resourceVersion: String(this.#store.revision),
        ...(left > 0 && { continue: String(from + items.length), remainingItemCount: left }),
      },
    };
  }

  async *watch<O extends KubeObject, M>(kind: Kind<O, M>, options: WatchOptions): AsyncIterable<WatchEvent<O>> {
    await this.#begin({ verb: 'watch', kind: erase(kind) }, options);
    const over = new AbortController();
    const seconds = options.timeoutSeconds;
    const cancel = seconds ? this.#clock.after(seconds * 1000, () => over.abort()) : () => undefined;
    const ends = [over.signal, this.#watches.signal, ...(options.signal ? [options.signal] : [])];
    try {
      yield* this.#events(erase(kind), options, AbortSignal.any(ends)) as AsyncIterable<WatchEvent<O>>;
    } finally {
      cancel();
    }
    if (options.signal?.aborted) throw abortError(options.signal);
  }

  async *#events(kind: AnyKind, options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent<KubeObject>> {
    const chosen = chooser(kind, options);
    let seen = options.resourceVersion ? Number(options.resourceVersion) : this.#store.revision;
    if (options.sendInitialEvents) {
      seen = this.#store.revision;
      for (const object of this.#store.list(kind).filter(chosen)) yield { type: 'ADDED', object };
      if (options.bookmarks) yield { type: 'BOOKMARK', object: bookmark(kind, seen, true) };
    }
    while (!signal.aborted) {
      const changes = this.#store.since(kind, seen);
      for (const change of changes) {
        seen = change.revision;
        const event = eventFor(change, chosen);
        if (event) yield event;
        if (signal.aborted) return;
      }
      if (changes.length === 0) await this.#store.changed.next(signal);
    }
  }

  async create<O extends KubeObject, M>(kind: Kind<O, M>, manifest: M, options: WriteOptions = {}): Promise<O> {
    const k = erase(kind);
    const object = decodeAs(k, manifest);
    await this.#begin({ verb: 'create', kind: k, key: object }, options);
    const { metadata } = object;
    if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName}${this.#random.suffix()}`;
    if (!metadata.name) throw badRequest('name or generateName is required');
    if (k.scope === 'Namespaced' && !metadata.namespace) throw badRequest('namespace is required');
    if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
    if (this.#store.get(k, metadata.namespace, metadata.name)) throw alreadyExists(resourceOf(k), metadata.name);
    metadata.uid = this.#random.uuid();
    metadata.creationTimestamp = timestamp(this.#clock.now());
    if (k.generation) metadata.generation = 1;
    k.prepareForCreate?.(object, { now: this.#clock.now(), warn: () => {} });
    if (options.dryRun) return object as O;
    return this.#store.put(k, object) as O;
  }

  async update<O extends KubeObject, M>(kind: Kind<O, M>, object: O | M, options: WriteOptions = {}): Promise<O> {
    const next = decodeAs(erase(kind), object);
    await this.#begin({ verb: 'update', kind: erase(kind), key: next, ...subresourceOf(options) }, options);
    return this.#replace(erase(kind), next, options) as O;
  }

  updateStatus<O extends KubeObject & { status?: unknown }, M>(
    kind: Kind<O, M>,
    object: O,
    status: O['status'],
    options: WriteOptions = {},
  ): Promise<O> {
    return this.update(kind, { ...object, status }, { ...options, subresource: 'status' });
  }

  async patch<O extends KubeObject, M>(
    kind: Kind<O, M>,
    key: ObjectKey,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<O> {
    const k = erase(kind);
    await this.#begin({ verb: 'patch', kind: k, key, ...subresourceOf(options) }, options);
    const live = this.#existing(k, key) as unknown as JsonObject;
    return this.#replace(k, decodeAs(k, patched(k, live, patch)), options) as O;
  }

  apply<O extends KubeObject, M>(kind: Kind<O, M>): Promise<O> {
    return Promise.reject(methodNotAllowed(resourceOf(erase(kind)), 'apply'));
  }

  async delete<O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    await this.#begin({ verb: 'delete', kind: erase(kind), key }, options);
    this.#delete(erase(kind), this.#existing(erase(kind), key), options);
  }

  async deleteCollection<O extends KubeObject, M>(
    kind: Kind<O, M>,
    list: ListOptions,
    options: DeleteOptions = {},
  ): Promise<void> {
    await this.#begin({ verb: 'deletecollection', kind: erase(kind) }, options);
    for (const object of this.#store.list(erase(kind)).filter(chooser(erase(kind), list))) {
      this.#delete(erase(kind), object, options);
    }
  }

  /** Binds pods; other subresources take part only through reactors. */
  async post<O extends KubeObject, M>(
    kind: Kind<O, M>,
    key: ObjectKey,
    subresource: string,
    body: JsonObject,
    options: CallOptions = {},
  ): Promise<JsonObject> {
    await this.#begin({ verb: 'post', kind: erase(kind), key, subresource }, options);
    const live = this.#existing(erase(kind), key);
    if (subresource !== 'binding') throw methodNotAllowed(resourceOf(erase(kind)), 'create');
    const bound = deepCopy(live) as KubeObject & { spec: { nodeName?: string } };
    if (bound.spec.nodeName) throw conflict(resourceOf(erase(kind)), key.metadata.name!, 'pod is already assigned');
    bound.spec.nodeName = (body['target'] as { name: string }).name;
    this.#store.put(erase(kind), bound);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  }

  raw({ path }: ApiRequest): Promise<ApiResponse> {
    const answer = fakeDiscovery(path);
    return answer ? Promise.resolve(answer) : Promise.reject(notFound({ group: '', resource: path }, ''));
  }

  async #begin(request: Parameters<Reactor>[0], { signal }: CallOptions): Promise<void> {
    if (signal?.aborted) throw abortError(signal);
    for (const reactor of this.#reactors) await reactor(request);
  }

  #existing(kind: AnyKind, { metadata: { namespace, name } }: ObjectKey): KubeObject {
    const object = this.#store.get(kind, namespace, name ?? '');
    if (!object) throw notFound(resourceOf(kind), name ?? '');
    return object;
  }

  #replace(kind: AnyKind, next: KubeObject, { dryRun, subresource }: WriteOptions): KubeObject {
    const old = this.#existing(kind, next) as KubeObject & { status?: unknown };
    const { metadata } = next;
    const moved = metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion;
    const replaced = metadata.uid && metadata.uid !== old.metadata.uid;
    if (replaced || moved)
      throw conflict(resourceOf(kind), metadata.name!, replaced ? uidMessage(metadata, old.metadata) : changedMessage);
    const { uid, creationTimestamp, resourceVersion, generation, deletionTimestamp } = old.metadata;
    const kept = { uid, creationTimestamp, resourceVersion, generation, deletionTimestamp };
    const result: KubeObject & { status?: unknown } =
      subresource === 'status'
        ? { ...old, status: (next as { status?: unknown }).status, metadata: { ...metadata, ...defined(kept) } }
        : { ...next, metadata: { ...metadata, ...defined(kept) } };
    if (subresource !== 'status' && kind.status) {
      if (old.status === undefined) delete result.status;
      else result.status = old.status;
    }
    if (kind.generation && !equal(wishesOf(result), wishesOf(old))) {
      result.metadata.generation = (generation ?? 0) + 1;
    }
    if (equal(result, old)) return old;
    if (dryRun) return result;
    const finished =
      deletionTimestamp && !result.metadata.finalizers?.length && !result.metadata.deletionGracePeriodSeconds;
    return finished ? this.#store.remove(kind, result) : this.#store.put(kind, result);
  }

  #delete(kind: AnyKind, object: KubeObject, options: DeleteOptions): void {
    mustMeetPreconditions(kind, object, options);
    if (options.dryRun) return;
    const next = deletionOf(kind, object, { ...options, now: this.#clock.now() });
    if (!next) this.#store.remove(kind, object);
    else if (!equal(next, object)) this.#store.put(kind, next);
  }
}

const changedMessage = 'the object has been modified; please apply your changes to the latest version and try again';

function decodeAs(kind: AnyKind, manifest: unknown): KubeObject {
  const object = decode(kind.schema.shape, manifest) as KubeObject;
  object.metadata = { ...object.metadata };
  kind.default?.(object);
  return object;
}

const subresourceOf = ({ subresource }: WriteOptions) => (subresource ? { subresource } : {});

function patched(kind: AnyKind, live: JsonObject, { type, patch }: Patch): unknown {
  if (type === 'json') return jsonPatch(live, patch);
  return type === 'merge' ? mergePatch(live, patch) : strategicMergePatch(kind.schema.shape, live, patch);
}

const defined = <T extends object>(o: T) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

/** What a generation counts: all but who the object is and how it fares. */
function wishesOf({ metadata: _metadata, status: _status, ...wishes }: KubeObject & { status?: unknown }) {
  return wishes;
}
