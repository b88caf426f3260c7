import { equal, own } from '../../machinery/index.ts';
import { itemsOf, type StructuralSchema, valuesOf } from './structural-schema.ts';

const isRecord = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Finds in an old list the item that has the same keys; nothing in lists that aren't keyed. */
export function itemWithKeysOf(item: unknown, old: unknown, schema: StructuralSchema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !isRecord(item) || !Array.isArray(old)) return undefined;
  return old.find((o) => isRecord(o) && keys.every((k) => equal(own(o, k), own(item, k))));
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
    if (!isRecord(value) || !isRecord(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name))
      return undefined;
    const schema = own(this.#schema.properties, name) ?? valuesOf(this.#schema);
    return schema && new Correlation(value[name], old[name], schema);
  }

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
      return value.length === old.length && value.every((_item, i) => this.index(i)?.isSame ?? false);
    }
    if (isRecord(value) && isRecord(old)) {
      const names = Object.keys(value);
      return names.length === Object.keys(old).length && names.every((name) => this.key(name)?.isSame ?? false);
    }
    return equal(value, old);
  }
}
