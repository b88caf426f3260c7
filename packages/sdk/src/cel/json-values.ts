import { isObject, own } from '../machinery/index.ts';
import type { FieldDecl, ObjectType } from './declarations.ts';
import { type Type, types } from './types.ts';
import { Double, EvalError, type Int, ListValue, MapValue, type Result, type Value, intOf } from './values.ts';

/** Values read out of plain JSON by a declared type, when they are asked for: an object is never converted as a whole. */
export interface JsonReader {
  readonly type: Type;
  read(json: unknown): Result;
}

/** A list over a JSON array. */
export class JsonList extends ListValue {
  readonly json: readonly unknown[];
  readonly items: JsonReader;

  constructor(json: readonly unknown[], items: JsonReader) {
    super();
    this.json = json;
    this.items = items;
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): Result {
    return this.items.read(this.json[index]);
  }
}

/** A map over a JSON object, all of whose members are of one type. */
export class JsonMap extends MapValue {
  readonly json: Readonly<Record<string, unknown>>;
  readonly values: JsonReader;

  constructor(json: Readonly<Record<string, unknown>>, values: JsonReader) {
    super();
    this.json = json;
    this.values = values;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  find(key: Value): Result | undefined {
    if (typeof key !== 'string') return undefined;
    const json = own(this.json, key);
    return json === undefined ? undefined : this.values.read(json);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.json);
  }
}

/** An object with declared fields over a JSON object. What isn't declared isn't seen; null is as good as absent. */
export class JsonObject extends MapValue {
  readonly json: Readonly<Record<string, unknown>>;
  readonly declared: ObjectType;

  constructor(json: Readonly<Record<string, unknown>>, declared: ObjectType) {
    super();
    this.json = json;
    this.declared = declared;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  find(key: Value): Result | undefined {
    if (typeof key !== 'string') return new EvalError('no such overload');
    const field = this.declared.fields.get(key);
    if (!field) return undefined;
    const json = own(this.json, field.jsonName ?? key);
    return json === undefined || json === null ? undefined : field.reader.read(json);
  }

  *keys(): Iterable<Value> {
    for (const [name, field] of this.declared.fields) {
      if (own(this.json, field.jsonName ?? name) !== undefined) yield name;
    }
  }
}

/** Beyond what a number holds exactly, the int is what JSON prints the number as. */
function intOfJson(json: number): Int | undefined {
  if (Number.isSafeInteger(json)) return intOf(json);
  const text = String(json);
  return /^-?\d+$/.test(text) ? intOf(BigInt(text)) : undefined;
}

/** JSON of no declared type: numbers are ints when whole, as Kubernetes decodes them. */
export const readDynamic: JsonReader = {
  type: types.dyn,
  read(json) {
    if (json === null || json === undefined) return null;
    if (typeof json === 'number') return intOfJson(json) ?? new Double(json);
    if (Array.isArray(json)) return new JsonList(json, readDynamic);
    if (isObject(json)) return new JsonMap(json, readDynamic);
    return json as Value;
  },
};

const wrong = (wanted: string, json: unknown): EvalError =>
  new EvalError(`invalid data, expected ${wanted}, got ${json === null ? 'null' : typeof json}`);

const reader = (type: Type, read: (json: unknown) => Result): JsonReader => ({ type, read });

export const readString: JsonReader = reader(types.string, (json) =>
  typeof json === 'string' ? json : wrong('string', json),
);

export const readBool: JsonReader = reader(types.bool, (json) =>
  typeof json === 'boolean' ? json : wrong('bool', json),
);

export const readInt: JsonReader = reader(types.int, (json) =>
  typeof json === 'number' ? (intOfJson(json) ?? wrong('int', json)) : wrong('int', json),
);

export const readDouble: JsonReader = reader(types.double, (json) =>
  typeof json === 'number' ? new Double(json) : wrong('float', json),
);

export const readList = (items: JsonReader): JsonReader =>
  reader(types.list(items.type), (json) => (Array.isArray(json) ? new JsonList(json, items) : wrong('array', json)));

export const readMap = (values: JsonReader): JsonReader =>
  reader(types.map(types.string, values.type), (json) =>
    isObject(json) ? new JsonMap(json, values) : wrong('map', json),
  );

export const readObject = (declared: ObjectType): JsonReader =>
  reader(declared.type, (json) => (isObject(json) ? new JsonObject(json, declared) : wrong('object', json)));

/** The fields of an object type, by their names in JSON and expressions alike. */
export const fieldsOf = (fields: Readonly<Record<string, JsonReader>>): ReadonlyMap<string, FieldDecl> =>
  new Map(Object.entries(fields).map(([name, r]) => [name, { reader: r }]));
