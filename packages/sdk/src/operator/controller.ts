import { type Cache, CacheView } from '../cache/index.ts';
import type { Client } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';
import type { Clock, Logger, Random, Registry } from '../runtime/index.ts';
import { type AnyKind, erase, type Kind } from '../schema/index.ts';
import type { EventRecorder } from './events/recorder.ts';
import type { Predicate } from './predicates.ts';
import type { KindRef } from './kind-ref.ts';

/** What every part that runs against a cluster is given. */
export interface ControllerDeps {
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Registry;
}

/** Something that runs until its signal aborts. `defineController` makes most of them. */
export interface Controller {
  readonly name: string;
  run(deps: ControllerDeps, signal: AbortSignal): Promise<void>;
}

export interface ReconcileContext {
  /** `namespace/name` of the object. */
  readonly key: string;
  /** Its writes are remembered: the next call for this key comes when the cache has seen them. */
  readonly client: Client;
  readonly cache: CacheView;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly signal: AbortSignal;
}

export interface ReconcileResult {
  /** Call again after this long, even if nothing changes. */
  readonly requeueAfterMs?: number;
}

/** Another kind whose changes concern our objects: which ones, by key. Made by `watch`. */
export interface Watch {
  readonly kind: AnyKind;
  readonly keys: (next: KubeObject | undefined, old: KubeObject | undefined, cache: CacheView) => Iterable<string>;
}

export interface ControllerDefinition<O extends KubeObject, M> {
  readonly name: string;
  readonly for: Kind<O, M>;
  /** Kinds of which our objects control some: a change of one calls for its owner. */
  readonly owns?: readonly KindRef[];
  readonly watches?: readonly Watch[];
  /** Which changes of our own objects count; all of them unless given. */
  readonly predicate?: Predicate<O>;
  /** How many keys at once; 5 unless given, as upstream. */
  readonly workers?: number;
  /**
   * Lets changes of an object's dependents gather this long before its reconcile is called, for objects that many others
   * concern. Changes of the object itself never wait.
   */
  readonly batchMs?: number;
  /** Source of its events, `NAME-controller` unless given. */
  readonly component?: string;
  /** Before the first call; adds indexes. */
  readonly setup?: (cache: CacheView) => void;
  /** Makes the world as the object says. Throw to have it tried again later; `TerminalError` when that can't help. */
  reconcile(object: O, context: ReconcileContext): Promise<ReconcileResult | void>;
  /** Called when there is no object under the key any more. */
  gone?(context: ReconcileContext): Promise<void>;
}

/** A failure that trying again can't mend. It is logged and the key waits for the next change. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export const watch = <O extends KubeObject, M>(
  kind: Kind<O, M>,
  keys: (next: O | undefined, old: O | undefined, cache: CacheView) => Iterable<string>,
): Watch => ({ kind: erase(kind), keys: keys as unknown as Watch['keys'] });
