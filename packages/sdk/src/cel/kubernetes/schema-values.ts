import { equal as sameJson, isObject, own } from '../../machinery/index.ts';
import { equals } from '../equality.ts';
import { readBool, readDouble, readInt, readString } from '../json-values.ts';
import { types } from '../types.ts';
import { EvalError, isError, ListValue, MapValue, OpaqueValue, type Result, type Value } from '../values.ts';
import { escapeIdentifier, unescapeIdentifier } from './escaping.ts';
import { isEmbedded, itemsOf, type StructuralSchema, valuesOf, withTypeAndNames } from './structural-schema.ts';
import { readBytes, readDate, readDateTime, readDuration } from './text-values.ts';

/** JSON as the values that its schema says it holds; a part is read when it is asked for. */
export function readBySchema(json: unknown, schema: StructuralSchema): Result {
  if (json === null || json === undefined) {
    return schema.nullable ? null : new EvalError('invalid data, got null for schema with nullable=false');
  }
  if (schema['x-kubernetes-int-or-string']) return readIntOrString(json);
  switch (schema.type) {
    case 'object':
      return isObject(json)
        ? new SchemaMap(json, isEmbedded(schema) ? withTypeAndNames(schema) : schema)
        : new EvalError('invalid data, expected a map for the provided schema with type=object');
    case 'array':
      return readArray(json, schema);
    case 'string':
      return readText(json, schema.format);
    case 'number':
      return readDouble.read(json);
    case 'integer':
      return readInt.read(json);
    case 'boolean':
      return readBool.read(json);
    default:
      return new PreservedValue(json);
  }
}

function readIntOrString(json: unknown): Result {
  const read = typeof json === 'string' ? json : readInt.read(json);
  return isError(read)
    ? new EvalError('invalid data, expected XIntOrString value to be either a string or integer')
    : read;
}

function readText(json: unknown, format = ''): Result {
  const text = readString.read(json);
  if (typeof text !== 'string') return text;
  switch (format) {
    case 'byte':
      return readBytes(text);
    case 'duration':
      return readDuration(text);
    case 'date':
      return readDate(text);
    case 'date-time':
      return readDateTime(text);
    default:
      return text;
  }
}

function readArray(json: unknown, schema: StructuralSchema): Result {
  if (!Array.isArray(json)) {
    return new EvalError('invalid data, expected an array for the provided schema with type=array');
  }
  const items = itemsOf(schema);
  if (!items) return new EvalError('invalid array type, expected Items with a non-empty Schema');
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return new KeyedList(lazily(json, items), schema['x-kubernetes-list-map-keys'] ?? []);
    case 'set':
      return new SetList(lazily(json, items));
    default:
      return new SchemaList(lazily(json, items));
  }
}

/** Elements that are read when asked for, or have been. */
interface Elements {
  readonly size: number;
  at(index: number): Result;
}

const lazily = (json: readonly unknown[], items: StructuralSchema): Elements => ({
  size: json.length,
  at: (index) => readBySchema(json[index], items),
});

const ready = (elements: readonly Result[]): Elements => ({ size: elements.length, at: (index) => elements[index]! });

function* elementsOf(list: ListValue): Iterable<Result> {
  for (let i = 0; i < list.size; i++) yield list.at(i);
}

class SchemaList extends ListValue {
  readonly elements: Elements;
  override readonly takesOnlyInts: boolean = true;
  override readonly comparesOnlyWithLists: boolean = true;

  constructor(elements: Elements) {
    super();
    this.elements = elements;
  }

  get size(): number {
    return this.elements.size;
  }

  at(index: number): Result {
    return this.elements.at(index);
  }
}

/** Each scalar once: order doesn't count, and adding is joining. */
class SetList extends SchemaList {
  override equals(other: ListValue): boolean {
    if (other.size !== this.size) return false;
    const own = new Set(Array.from(elementsOf(this), identityOf));
    return Array.from(elementsOf(other)).every((e) => own.has(identityOf(e)));
  }

  override plus(other: ListValue): Result {
    const seen = new Set(Array.from(elementsOf(this), identityOf));
    const joined = [...elementsOf(this)];
    for (const element of elementsOf(other)) {
      if (seen.has(identityOf(element))) continue;
      seen.add(identityOf(element));
      joined.push(element);
    }
    return new SetList(ready(joined));
  }
}

const identityOf = (value: Result): unknown =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? `${typeof value} ${value}`
    : value;

/** Objects told apart by keys: order doesn't count, and adding replaces what has the same keys. */
class KeyedList extends SchemaList {
  readonly keys: readonly string[];

  constructor(elements: Elements, keys: readonly string[]) {
    super(elements);
    this.keys = keys;
  }

  override equals(other: ListValue): boolean {
    if (other.size !== this.size) return false;
    const own = new Map(Array.from(elementsOf(this), (e) => [this.#keyOf(e), e]));
    return Array.from(elementsOf(other)).every((e) => {
      const mine = own.get(this.#keyOf(e));
      return mine !== undefined && !isError(mine) && !isError(e) && equals(mine, e);
    });
  }

  override plus(other: ListValue): Result {
    const joined = [...elementsOf(this)];
    const places = new Map(joined.map((e, i) => [this.#keyOf(e), i]));
    for (const element of elementsOf(other)) {
      const place = places.get(this.#keyOf(element));
      if (place === undefined) joined.push(element);
      else joined[place] = element;
    }
    return new KeyedList(ready(joined), this.keys);
  }

  #keyOf(element: Result): unknown {
    return element instanceof SchemaMap ? JSON.stringify(this.keys.map((k) => own(element.json, k))) : element;
  }
}

/** An object with properties, or a map of values of one kind. Of properties null is as good as absent. */
class SchemaMap extends MapValue {
  override readonly comparesOnlyWithMaps: boolean = true;
  readonly json: Readonly<Record<string, unknown>>;
  readonly #schema: StructuralSchema;

  constructor(json: Readonly<Record<string, unknown>>, schema: StructuralSchema) {
    super();
    this.json = json;
    this.#schema = schema;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  find(key: Value): Result | undefined {
    if (typeof key !== 'string') return new EvalError('no such overload');
    const { properties } = this.#schema;
    const name = properties ? unescapeIdentifier(key) : key;
    const json = name === undefined ? undefined : own(this.json, name);
    const schema = name === undefined ? undefined : this.#schemaOf(name);
    if (json === undefined || !schema || (properties && json === null)) return undefined;
    return readBySchema(json, schema);
  }

  *keys(): Iterable<Value> {
    const { properties } = this.#schema;
    for (const name of Object.keys(this.json)) {
      if (this.#schemaOf(name)) yield properties ? (escapeIdentifier(name) ?? name) : name;
    }
  }

  override equals(other: MapValue): boolean {
    if (this.size !== other.size) return false;
    return Object.keys(this.json).every((name) => {
      if (!this.#schemaOf(name)) return isSameUnknown(this, other, name);
      const [mine, theirs] = [this.find(name), other.find(name)];
      if (mine === undefined || theirs === undefined) return mine === theirs;
      return !isError(mine) && !isError(theirs) && equals(mine, theirs);
    });
  }

  #schemaOf(name: string): StructuralSchema | undefined {
    const { properties } = this.#schema;
    return properties ? own(properties, name) : valuesOf(this.#schema);
  }
}

/** What the schema doesn't know counts only where both have it. */
function isSameUnknown(one: SchemaMap, other: MapValue, name: string): boolean {
  if (!(other instanceof SchemaMap)) return false;
  const theirs = own(other.json, name);
  return theirs === undefined || sameJson(own(one.json, name), theirs);
}

/** Data that is kept as it came: it can be compared, and nothing else. */
class PreservedValue extends OpaqueValue {
  readonly type = types.unknown;
  readonly json: unknown;

  constructor(json: unknown) {
    super();
    this.json = json;
  }

  equals(other: Value): boolean {
    return sameJson(this.json, other instanceof PreservedValue ? other.json : other);
  }
}
