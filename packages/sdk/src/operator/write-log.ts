import type { Cache } from '../cache/index.ts';
import type { CallOptions, Client, DeleteOptions, ObjectKey, Patch, WriteOptions } from '../client/index.ts';
import { isAnswer, isNotFound, type KubeObject } from '../machinery/index.ts';
import { abortError, backoff, type Clock, onAbort, throwIfAborted } from '../runtime/index.ts';
import { type AnyKind, erase, type Kind } from '../schema/index.ts';

/**
 * Read-your-writes for a controller: what its reconciles wrote of the kinds that it watches, and whether the cache shows it.
 * With it no controller keeps its own book of expectations.
 */
export class WriteLog {
  readonly #cache: Cache;
  readonly #kinds: Set<string>;
  readonly #clock: Clock;
  /** Who waits for the deletion of an object, by uid. */
  readonly #deletions = new Map<string, (() => void)[]>();

  constructor(cache: Cache, kinds: readonly AnyKind[], clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
    this.#kinds = new Set(kinds.map(idOf));
  }

  /** To be called from the handlers of every kind in the log. */
  observe(next: KubeObject | undefined, old: KubeObject | undefined): void {
    const uid = !next ? old?.metadata.uid : next.metadata.deletionTimestamp ? next.metadata.uid : undefined;
    const waiting = uid && this.#deletions.get(uid);
    if (!waiting) return;
    this.#deletions.delete(uid);
    for (const resolve of waiting) resolve();
  }

  /** A client whose writes are remembered for one call of reconcile. */
  session(client: Client): WriteSession {
    return new WriteSession(client, this, this.#clock);
  }

  has(kind: AnyKind): boolean {
    return this.#kinds.has(idOf(kind));
  }

  /** Resolves when the cache has the object as it was written. */
  written(kind: AnyKind, object: KubeObject, signal: AbortSignal): Promise<void> {
    const { resourceVersion } = object.metadata;
    return resourceVersion ? this.#cache.informer(kind).seen(resourceVersion, signal) : Promise.resolve();
  }

  /** Resolves when the cache no longer has the object, or has it as deleted and waiting for its end. */
  deleted(kind: AnyKind, uid: string, signal: AbortSignal): Promise<void> {
    const held = this.#cache.informer(kind).byUid(uid);
    if (!held || held.metadata.deletionTimestamp) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const letGo = onAbort(signal, () => reject(abortError(signal)));
      const done = () => {
        letGo();
        resolve();
      };
      const waiting = this.#deletions.get(uid);
      if (waiting) waiting.push(done);
      else this.#deletions.set(uid, [done]);
    });
  }

  uidAt(kind: AnyKind, { metadata: { namespace, name } }: ObjectKey): string | undefined {
    return name ? this.#cache.informer(kind).get(namespace, name)?.metadata.uid : undefined;
  }
}

const idOf = (kind: AnyKind) => `${kind.group}/${kind.kind}`;

/** A write of which nobody knows whether it was carried out. */
interface Unanswered {
  readonly kind: AnyKind;
  readonly key: ObjectKey;
  /** Of what was there before. */
  readonly uid: string | undefined;
}

const askAgain = { baseMs: 200, maxMs: 10_000 };

class WriteSession {
  readonly #log: WriteLog;
  readonly #written = new Map<AnyKind, KubeObject>();
  readonly #deleted: { kind: AnyKind; uid: string }[] = [];
  readonly #unanswered: Unanswered[] = [];
  readonly #clock: Clock;
  /** Writes without an answer yet: a reconcile that failed may have left some on their way. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly client: Client;
  readonly #plain: Client;

  constructor(client: Client, log: WriteLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#plain = client;
    this.client = this.#recording(client);
  }

  /** True when there is something to wait for. */
  get wrote(): boolean {
    const { size } = this.#written;
    return size > 0 || this.#deleted.length > 0 || this.#unanswered.length > 0 || this.#underWay.size > 0;
  }

  /** Resolves when every write has its answer and the cache shows them all. */
  async seen(signal: AbortSignal): Promise<void> {
    while (this.#underWay.size) await Promise.allSettled(this.#underWay);
    await Promise.all(this.#unanswered.map((write) => this.#lookAfter(write, signal)));
    await Promise.all([
      ...[...this.#written].map(([kind, object]) => this.#log.written(kind, object, signal)),
      ...this.#deleted.map(({ kind, uid }) => this.#log.deleted(kind, uid, signal)),
    ]);
  }

  /** Finds out what has come of a write. Nobody else can do better while the server doesn't answer: it is asked until it does. */
  async #lookAfter({ kind, key, uid }: Unanswered, signal: AbortSignal): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        const object = await this.#plain.get(kind, key, { signal });
        if (uid !== undefined && object.metadata.uid !== uid) this.#deleted.push({ kind, uid });
        return this.#note(kind, object);
      } catch (err) {
        throwIfAborted(signal);
        if (isNotFound(err) && uid !== undefined) this.#deleted.push({ kind, uid });
        if (isAnswer(err)) return;
      }
      await this.#clock.sleep(backoff(tries, askAgain), signal);
    }
  }

  #recording(client: Client): Client {
    const unanswered = (kind: AnyKind, key: ObjectKey, uid: string | undefined, err: unknown): never => {
      if (!isAnswer(err) && key.metadata.name && this.#log.has(kind)) this.#unanswered.push({ kind, key, uid });
      throw err;
    };
    const note = <O extends KubeObject, M>(
      kind: Kind<O, M>,
      key: ObjectKey,
      write: Promise<O>,
      options: { readonly dryRun?: boolean } = {},
    ): Promise<O> =>
      this.#follow(
        write.then(
          (object) => {
            if (!options.dryRun) this.#note(erase(kind), object);
            return object;
          },
          (err: unknown) => unanswered(erase(kind), key, undefined, err),
        ),
      );
    return {
      get: (kind, key, options) => client.get(kind, key, options),
      list: (kind, options) => client.list(kind, options),
      watch: (kind, options) => client.watch(kind, options),
      raw: (request) => client.raw(request),
      create: (kind, manifest, options) => note(kind, keyIn(manifest), client.create(kind, manifest, options), options),
      update: (kind, object, options) => note(kind, keyIn(object), client.update(kind, object, options), options),
      updateStatus: (kind, object, status, options) =>
        note(kind, keyIn(object), client.updateStatus(kind, object, status, options), options),
      apply: (kind, manifest, options) => note(kind, keyIn(manifest), client.apply(kind, manifest, options), options),
      patch: <O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, patch: Patch, options?: WriteOptions) =>
        note(kind, key, client.patch(kind, key, patch, options), options),
      delete: <O extends KubeObject, M>(kind: Kind<O, M>, key: ObjectKey, options?: DeleteOptions) => {
        const uid = this.#log.has(erase(kind)) ? this.#log.uidAt(erase(kind), key) : undefined;
        return this.#follow(
          client.delete(kind, key, options).then(
            () => {
              if (uid && !options?.dryRun) this.#deleted.push({ kind: erase(kind), uid });
            },
            (err: unknown) => unanswered(erase(kind), key, uid, err),
          ),
        );
      },
      deleteCollection: (kind, list, options) => client.deleteCollection(kind, list, options),
      post: <O extends KubeObject, M>(
        kind: Kind<O, M>,
        key: ObjectKey,
        subresource: string,
        body: Parameters<Client['post']>[3],
        options?: CallOptions,
      ) => client.post(kind, key, subresource, body, options),
    };
  }

  #follow<T>(write: Promise<T>): Promise<T> {
    const over = () => void this.#underWay.delete(write);
    this.#underWay.add(write);
    write.then(over, over);
    return write;
  }

  /** Only the newest write of a kind is kept: a cache that has seen it has seen the others. */
  #note(kind: AnyKind, object: KubeObject): void {
    if (!this.#log.has(kind)) return;
    const newest = this.#written.get(kind);
    if (!newest || isNewer(object, newest)) this.#written.set(kind, object);
  }
}

const keyIn = (object: unknown): ObjectKey => object as ObjectKey;

function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [x, y] = [a.metadata.resourceVersion ?? '', b.metadata.resourceVersion ?? ''];
  return x.length !== y.length ? x.length > y.length : x > y;
}
