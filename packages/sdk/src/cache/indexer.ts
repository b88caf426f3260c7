import type { KubeObject } from '../machinery/index.ts';
import type { Lister } from './informer.ts';

type Values<O> = (object: O) => readonly string[];

const none: readonly never[] = Object.freeze([]);

/** Objects by key, namespace, uid, controller, and whatever else somebody asks for. */
export class Indexer<O extends KubeObject> implements Lister<O> {
  readonly #objects = new Map<string, O>();
  readonly #indexes = new Map<string, { values: Values<O>; entries: Map<string, Map<string, O>> }>();

  constructor() {
    this.addIndex('namespace', (o) => [o.metadata.namespace ?? '']);
    this.addIndex('uid', (o) => (o.metadata.uid ? [o.metadata.uid] : none));
    this.addIndex('controller', controllerUids);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string | undefined, name: string): O | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  list(namespace?: string): readonly O[] {
    return namespace === undefined ? [...this.#objects.values()] : this.by('namespace', namespace);
  }

  byUid(uid: string): O | undefined {
    return this.#indexes.get('uid')!.entries.get(uid)?.values().next().value;
  }

  ownedBy(uid: string): readonly O[] {
    return this.by('controller', uid);
  }

  by(index: string, value: string): readonly O[] {
    const found = this.#indexes.get(index);
    if (!found) throw new Error(`there is no index ${JSON.stringify(index)}`);
    const objects = found.entries.get(value);
    return objects ? [...objects.values()] : none;
  }

  /** Adding the same index again changes nothing, so that several users may each ask for it. */
  addIndex(name: string, values: Values<O>): void {
    if (this.#indexes.has(name)) return;
    const entries = new Map<string, Map<string, O>>();
    this.#indexes.set(name, { values, entries });
    for (const [key, object] of this.#objects) for (const v of values(object)) enter(entries, v, key, object);
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  at(key: string): O | undefined {
    return this.#objects.get(key);
  }

  /** Puts the object in place of `old`, the one under its key. */
  put(key: string, object: O): O | undefined {
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const { values, entries } of this.#indexes.values()) {
      const next = values(object);
      if (old) for (const v of values(old)) if (!next.includes(v)) leave(entries, v, key);
      for (const v of next) enter(entries, v, key, object);
    }
    return old;
  }

  remove(key: string): O | undefined {
    const old = this.#objects.get(key);
    if (!old) return undefined;
    this.#objects.delete(key);
    for (const { values, entries } of this.#indexes.values()) for (const v of values(old)) leave(entries, v, key);
    return old;
  }
}

/** `namespace/name`, or the name alone for what has no namespace. */
export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace ? `${namespace}/${name}` : name;

export const keyOfObject = ({ metadata }: KubeObject): string => keyOf(metadata.namespace, metadata.name ?? '');

function controllerUids({ metadata }: KubeObject): readonly string[] {
  const controller = metadata.ownerReferences?.find((r) => r.controller);
  return controller ? [controller.uid] : none;
}

function enter<O>(entries: Map<string, Map<string, O>>, value: string, key: string, object: O): void {
  const objects = entries.get(value);
  if (objects) objects.set(key, object);
  else entries.set(value, new Map([[key, object]]));
}

function leave<O>(entries: Map<string, Map<string, O>>, value: string, key: string): void {
  const objects = entries.get(value);
  if (objects?.delete(key) && objects.size === 0) entries.delete(value);
}
