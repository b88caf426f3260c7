import { keyOf } from '../cache/index.ts';
import type { WatchEvent } from '../client/index.ts';
import { deepFreeze, expired, type KubeObject } from '../machinery/index.ts';
import { Broadcast } from '../runtime/index.ts';
import type { AnyKind } from '../schema/index.ts';

export interface StoreChange {
  readonly revision: number;
  readonly kindId: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  readonly old: KubeObject | undefined;
}

/** What the fake client's server remembers: the objects now, and every change since it was last compacted. */
export class FakeStore {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  #changes: StoreChange[] = [];
  #compacted = 0;
  #revision = 1;
  readonly changed = new Broadcast();

  get revision(): number {
    return this.#revision;
  }

  get(kind: AnyKind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(kindId(kind))?.get(keyOf(namespace, name));
  }

  /** In order of their keys, as a store has them. */
  list(kind: AnyKind): KubeObject[] {
    const objects = [...(this.#objects.get(kindId(kind)) ?? [])];
    return objects.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  put(kind: AnyKind, object: KubeObject): KubeObject {
    const { old, stored } = this.#stamp(kind, object);
    this.#of(kind).set(keyOf(object.metadata.namespace, object.metadata.name!), stored);
    this.#record(kind, old ? 'MODIFIED' : 'ADDED', stored, old);
    return stored;
  }

  remove(kind: AnyKind, object: KubeObject): KubeObject {
    const { old, stored } = this.#stamp(kind, object);
    this.#of(kind).delete(keyOf(object.metadata.namespace, object.metadata.name!));
    this.#record(kind, 'DELETED', stored, old);
    return stored;
  }

  /** Forgets the changes up to now: a watch from an older revision is refused. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#changes = [];
  }

  /** The changes of a kind after a revision, in order. */
  since(kind: AnyKind, revision: number): StoreChange[] {
    if (revision < this.#compacted) {
      throw expired(`too old resource version: ${revision} (${this.#compacted})`);
    }
    const id = kindId(kind);
    // The newest changes are the last, and a watch is mostly right behind them.
    let from = this.#changes.length;
    while (from > 0 && this.#changes[from - 1]!.revision > revision) from--;
    return this.#changes.slice(from).filter((c) => c.kindId === id);
  }

  #stamp(kind: AnyKind, object: KubeObject) {
    const old = this.get(kind, object.metadata.namespace, object.metadata.name!);
    const metadata = { ...object.metadata, resourceVersion: String(++this.#revision) };
    return { old, stored: deepFreeze({ ...object, metadata }) };
  }

  #record(
    kind: AnyKind,
    type: WatchEvent<unknown>['type'] & StoreChange['type'],
    object: KubeObject,
    old?: KubeObject,
  ) {
    this.#changes.push({ revision: this.#revision, kindId: kindId(kind), type, object, old });
    this.changed.notify();
  }

  #of(kind: AnyKind): Map<string, KubeObject> {
    const id = kindId(kind);
    let objects = this.#objects.get(id);
    if (!objects) this.#objects.set(id, (objects = new Map<string, KubeObject>()));
    return objects;
  }
}

const kindId = ({ group, kind }: AnyKind) => `${group}/${kind}`;
