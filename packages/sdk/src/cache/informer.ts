import type { KubeObject } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';

/** Reads what an informer holds. Objects are frozen and shared. Every call answers at once. */
export interface Lister<O> {
  get(namespace: string | undefined, name: string): O | undefined;
  list(namespace?: string): readonly O[];
  byUid(uid: string): O | undefined;
  /** Objects whose controller is the one with this uid. */
  ownedBy(uid: string): readonly O[];
  /** Objects under an index value; the index was given by `addIndex`. */
  by(index: string, value: string): readonly O[];
  readonly size: number;
}

export interface InformerHandler<O> {
  /** `old` is undefined for an addition, `next` for a deletion. Called in the order of revisions, after the lister shows it. */
  (next: O | undefined, old: O | undefined): void;
}

/** One kind (or the part of it that a selector chooses), watched once for everybody in the process. */
export interface Informer<O> extends Lister<O> {
  readonly kind: Kind<O & KubeObject>;
  /** Calls with every object held now, then with every change. The returned function ends it. */
  on(handler: InformerHandler<O>): () => void;
  addIndex(name: string, values: (object: O) => readonly string[]): void;
  /** Resolves when the first list is in. */
  synced(signal: AbortSignal): Promise<void>;
  /** Resolves when the informer has seen this revision or a later one. */
  seen(resourceVersion: string, signal: AbortSignal): Promise<void>;
}

export interface InformerOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * The informers of one process: asking twice for the same kind and selector gives the same one. They start when first asked for
 * and end with the signal that the cache was made with.
 */
export interface Cache {
  informer<O extends KubeObject, M>(kind: Kind<O, M>, options?: InformerOptions): Informer<O>;
  /**
   * Ends the informer of a kind that nobody serves any more. Who listens to it still finds under the same kind what it held last;
   * it is forgotten with the last of them. Another kind of the same name, one that came back, gets another.
   */
  end<O extends KubeObject, M>(kind: Kind<O, M>): void;
  /** Resolves when every informer asked for so far has synced. */
  synced(signal: AbortSignal): Promise<void>;
}
