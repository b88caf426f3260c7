import type { KubeObject } from '../machinery/index.ts';
import { abortError, onAbort } from '../runtime/index.ts';
import type { Kind } from '../schema/index.ts';
import { Indexer, keyOfObject } from './indexer.ts';
import type { Informer, InformerHandler } from './informer.ts';
import type { ReflectorSink } from './reflector.ts';
import { compareRevisions } from './revision.ts';

interface Waiter {
  readonly revision: string;
  readonly resolve: () => void;
}

/** What a reflector tells, kept in an indexer and passed on to whoever listens. */
export class SharedInformer<O extends KubeObject> implements Informer<O>, ReflectorSink<O> {
  readonly kind: Kind<O>;
  readonly #indexer = new Indexer<O>();
  readonly #handlers = new Set<InformerHandler<O>>();
  #unheard: (() => void) | undefined;
  /** Keys not seen yet in the full list that is coming in. */
  #unseen: Set<string> | undefined;
  #revision: string | undefined;
  /** Those who wait for a revision, the oldest first. */
  readonly #waiters: Waiter[] = [];

  constructor(kind: Kind<O>) {
    this.kind = kind;
  }

  get size(): number {
    return this.#indexer.size;
  }
  get(namespace: string | undefined, name: string): O | undefined {
    return this.#indexer.get(namespace, name);
  }
  list(namespace?: string): readonly O[] {
    return this.#indexer.list(namespace);
  }
  byUid(uid: string): O | undefined {
    return this.#indexer.byUid(uid);
  }
  ownedBy(uid: string): readonly O[] {
    return this.#indexer.ownedBy(uid);
  }
  by(index: string, value: string): readonly O[] {
    return this.#indexer.by(index, value);
  }
  addIndex(name: string, values: (object: O) => readonly string[]): void {
    this.#indexer.addIndex(name, values);
  }

  on(handler: InformerHandler<O>): () => void {
    for (const object of this.#indexer.list()) handler(object, undefined);
    // A handler given twice is two handlers.
    const own: InformerHandler<O> = (next, old) => handler(next, old);
    this.#handlers.add(own);
    return () => {
      if (this.#handlers.delete(own) && !this.#handlers.size) this.#unheard?.();
    };
  }

  /** Calls back when nobody listens: now, or once the last who does has gone. */
  whenUnheard(then: () => void): void {
    if (this.#handlers.size) this.#unheard = then;
    else then();
  }

  synced(signal: AbortSignal): Promise<void> {
    return this.#wait('0', signal);
  }

  seen(resourceVersion: string, signal: AbortSignal): Promise<void> {
    return this.#wait(resourceVersion, signal);
  }

  replacing(): void {
    this.#unseen = new Set(this.#indexer.keys());
  }

  upsert(object: O): void {
    const key = keyOfObject(object);
    this.#unseen?.delete(key);
    const held = this.#indexer.at(key);
    if (
      held?.metadata.resourceVersion === object.metadata.resourceVersion &&
      held?.metadata.uid === object.metadata.uid
    )
      return;
    // Deleted and made again while nobody watched: two changes, since dependents hang on the uid.
    if (held && held.metadata.uid !== object.metadata.uid) this.#drop(key);
    const kept = this.kind.metadataOnly ? metadataOf(object) : object;
    const old = this.#indexer.put(key, kept);
    for (const handler of this.#handlers) handler(kept, old);
  }

  remove(object: O): void {
    this.#drop(keyOfObject(object), object);
  }

  replaced(revision: string): void {
    for (const key of this.#unseen ?? []) this.#drop(key);
    this.#unseen = undefined;
    this.progress(revision);
  }

  progress(revision: string): void {
    this.#revision = revision;
    let reached = 0;
    while (reached < this.#waiters.length && compareRevisions(this.#waiters[reached]!.revision, revision) <= 0)
      reached++;
    for (const { resolve } of this.#waiters.splice(0, reached)) resolve();
  }

  /** Handlers are given the last state that was told of the object; it has the revision of its deletion when that is known. */
  #drop(key: string, last?: O): void {
    const held = this.#indexer.remove(key);
    if (!held) return;
    for (const handler of this.#handlers) handler(undefined, last ?? held);
  }

  #wait(revision: string, signal: AbortSignal): Promise<void> {
    if (this.#revision !== undefined && compareRevisions(revision, this.#revision) <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(abortError(signal));
      const letGo = onAbort(signal, () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(abortError(signal));
      });
      const waiter: Waiter = {
        revision,
        resolve: () => {
          letGo();
          resolve();
        },
      };
      // New ones mostly wait for the newest revision, so the place is found from the end.
      let at = this.#waiters.length;
      while (at > 0 && compareRevisions(this.#waiters[at - 1]!.revision, revision) > 0) at--;
      this.#waiters.splice(at, 0, waiter);
    });
  }
}

const metadataOf = <O extends KubeObject>({ apiVersion, kind, metadata }: O): O =>
  ({ ...(apiVersion && { apiVersion }), ...(kind && { kind }), metadata }) as O;
