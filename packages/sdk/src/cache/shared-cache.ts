import type { Client } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';
import { type Clock, group, type Logger, type Random, type TaskGroup } from '../runtime/index.ts';
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

  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#informers.values()].map((i) => i.synced(signal)));
  }

  #start(kind: AnyKind, id: string, options: InformerOptions): SharedInformer<KubeObject> {
    const informer = new SharedInformer(kind);
    this.#informers.set(id, informer);
    const deps = { ...this.#deps, random: this.#deps.random.fork(id) };
    this.#tasks.go((signal) => reflect(kind, options, informer, deps, signal));
    return informer;
  }

  /** Resolves when every informer has ended; rejects when a handler failed. */
  done(): Promise<void> {
    return this.#tasks.done();
  }
}

const identity = (kind: AnyKind, { namespace, labelSelector, fieldSelector }: InformerOptions) =>
  JSON.stringify([kind.apiVersion, kind.kind, namespace, labelSelector, fieldSelector]);
