import type { Client } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';
import { abortsWith, type Clock, group, type Logger, type Random, type TaskGroup } from '../runtime/index.ts';
import { type AnyKind, erase, type Kind } from '../schema/index.ts';
import type { Cache, Informer, InformerOptions } from './informer.ts';
import { reflect } from './reflector.ts';
import { SharedInformer } from './shared-informer.ts';

export interface CacheDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The informers of one process, each started when first asked for; all end with the signal. */
export class SharedCache implements Cache {
  readonly #deps: CacheDeps;
  readonly #tasks: TaskGroup;
  readonly #informers = new Map<string, SharedInformer<KubeObject>>();
  /** Those of whole kinds, found without making a key: reconcilers ask for them all the time. */
  readonly #whole = new Map<AnyKind, SharedInformer<KubeObject>>();
  readonly #ends = new Map<SharedInformer<KubeObject>, AbortController>();

  constructor(deps: CacheDeps, signal: AbortSignal) {
    this.#deps = { ...deps, random: deps.random.fork('cache'), log: deps.log.child({ part: 'cache' }) };
    this.#tasks = group(signal);
  }

  informer<O extends KubeObject, M>(kind: Kind<O, M>, options?: InformerOptions): Informer<O> {
    const known = options ? undefined : this.#whole.get(erase(kind));
    if (known) return known as unknown as SharedInformer<O>;
    const id = identity(erase(kind), options ?? {});
    const informer = this.#informers.get(id) ?? this.#start(erase(kind), id, options ?? {});
    if (!options) this.#whole.set(erase(kind), informer);
    return informer as unknown as SharedInformer<O>;
  }

  end<O extends KubeObject, M>(kind: Kind<O, M>): void {
    const informer = this.#whole.get(erase(kind));
    const own = informer && this.#ends.get(informer);
    if (!own) return;
    own.abort();
    this.#ends.delete(informer);
    forget(this.#informers, informer);
    informer.whenUnheard(() => forget(this.#whole, informer));
  }

  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((i) => i.synced(signal)));
  }

  #start(kind: AnyKind, id: string, options: InformerOptions): SharedInformer<KubeObject> {
    const informer = new SharedInformer(kind);
    this.#informers.set(id, informer);
    const deps = { ...this.#deps, random: this.#deps.random.fork(id) };
    const own = new AbortController();
    this.#ends.set(informer, own);
    this.#tasks.go(async (signal) => {
      const letGo = abortsWith(own, signal);
      await reflect(kind, options, informer, deps, own.signal);
      letGo();
    });
    return informer;
  }

  /** Resolves when every informer has ended; rejects when a handler failed. */
  done(): Promise<void> {
    return this.#tasks.done();
  }
}

function forget<K>(informers: Map<K, Informer<KubeObject>>, informer: Informer<KubeObject>): void {
  for (const [key, value] of informers) if (value === informer) informers.delete(key);
}

const identity = (kind: AnyKind, { namespace, labelSelector, fieldSelector }: InformerOptions) =>
  JSON.stringify([kind.apiVersion, kind.kind, kind.metadataOnly, namespace, labelSelector, fieldSelector]);
