import { equal, isObject, own } from '../../machinery/index.ts';
import { itemsOf, type StructuralSchema, valuesOf } from './structural-schema.ts';

/** Finds in an old list the item that has the same keys; nothing in lists that aren't keyed. */
export function itemWithKeysOf(item: unknown, old: unknown, schema: StructuralSchema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !isObject(item) || !Array.isArray(old)) return undefined;
  return old.find((o) => isObject(o) && keys.every((k) => equal(own(o, k), own(item, k))));
}

/**
 * A value beside what it was before. Rules that a value breaks are let pass as long as it, or something that it lies in, stays what
 * it was: only a warning tells of them.
 */
export class Correlation {
  readonly #value: unknown;
  readonly #old: unknown;
  readonly #schema: StructuralSchema;
  #isSame: boolean | undefined;

  constructor(value: unknown, old: unknown, schema: StructuralSchema) {
    this.#value = value;
    this.#old = old;
    this.#schema = schema;
  }

  get isSame(): boolean {
    this.#isSame ??= this.#compare();
    return this.#isSame;
  }

  key(name: string): Correlation | undefined {
    const [value, old] = [this.#value, this.#old];
    if (!isObject(value) || !isObject(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name))
      return undefined;
    const schema = own(this.#schema.properties, name) ?? valuesOf(this.#schema);
    return schema && new Correlation(value[name], old[name], schema);
  }

  /** Only items that have keys can be found in the old list. */
  index(i: number): Correlation | undefined {
    if (!Array.isArray(this.#value)) return undefined;
    const items = itemsOf(this.#schema);
    const old = itemWithKeysOf(this.#value[i], this.#old, this.#schema);
    return items && old !== undefined ? new Correlation(this.#value[i], old, items) : undefined;
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old];
    if (Array.isArray(value) && Array.isArray(old)) {
      if (this.#schema['x-kubernetes-list-type'] !== 'map') return equal(value, old);
      return value.length === old.length && value.every((_, i) => this.index(i)?.isSame ?? false);
    }
    if (isObject(value) && isObject(old)) {
      const names = Object.keys(value);
      return names.length === Object.keys(old).length && names.every((name) => this.key(name)?.isSame ?? false);
    }
    return equal(value, old);
  }
}
