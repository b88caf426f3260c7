import { equal, isObject, own } from '../../machinery/index.ts';
import { itemsOf, type JSONSchemaProps, membersOf } from './json-schema.ts';

/** A value and what stood in its place before: members by name, items of keyed lists by their keys. */
export class Correlation {
  readonly #value: unknown;
  readonly #old: unknown;
  readonly #schema: JSONSchemaProps;
  #isUnchanged: boolean | undefined;

  constructor(value: unknown, old: unknown, schema: JSONSchemaProps) {
    this.#value = value;
    this.#old = old;
    this.#schema = schema;
  }

  get isUnchanged(): boolean {
    return (this.#isUnchanged ??= equal(this.#value, this.#old));
  }

  member(name: string): Correlation | undefined {
    if (!isObject(this.#value) || !isObject(this.#old)) return undefined;
    const [value, old] = [own(this.#value, name), own(this.#old, name)];
    const schema = own(this.#schema.properties, name) ?? membersOf(this.#schema);
    return schema && value !== undefined && old !== undefined ? new Correlation(value, old, schema) : undefined;
  }

  item(index: number): Correlation | undefined {
    const schema = itemsOf(this.#schema);
    const keys = this.#schema['x-kubernetes-list-map-keys'];
    if (!schema || !keys || this.#schema['x-kubernetes-list-type'] !== 'map') return undefined;
    if (!Array.isArray(this.#value) || !Array.isArray(this.#old)) return undefined;
    const value: unknown = this.#value[index];
    if (!isObject(value)) return undefined;
    const hasKeys = (old: unknown) => isObject(old) && keys.every((key) => equal(own(old, key), own(value, key)));
    const old: unknown = this.#old.find(hasKeys);
    return old === undefined ? undefined : new Correlation(value, old, schema);
  }
}
