import {
  deepCopy,
  isObject,
  type JsonObject,
  own,
  put,
  type ReadOptions,
  type StructShape,
} from '../../machinery/index.ts';
import { DecodeError } from '../decode-error.ts';
import { decode } from '../decode.ts';
import { isTypeOrMeta, itemsOf, type JSONSchemaProps, membersOf } from './json-schema.ts';

/**
 * A custom resource as its schema has it: what it doesn't know is dropped, as are nulls where none may stand; defaults are
 * filled; metadata, its own and that of resources inside of it, are those of any object. Whether values are of their type is
 * for validation to say. Members stand in order of their names, as upstream writes them. The input isn't changed.
 */
export function readResource(
  value: JsonObject,
  schema: JSONSchemaProps | undefined,
  { meta, ...context }: ReadOptions & { meta: StructShape },
): JsonObject {
  const { onUnknown } = context;
  const metadata = readMeta(value['metadata'] ?? {}, { ...context, meta }, (path) => onUnknown?.(`metadata.${path}`));
  const reader = new Reader(meta, context);
  const { apiVersion: _v, kind: _k, metadata: _m, ...rest } = value;
  const body = reader.members(rest, schema ?? {}, true);
  for (const path of reader.unknown.sort()) onUnknown?.(path);
  for (const path of reader.unknownMeta.sort()) onUnknown?.(path);
  return { metadata, ...body };
}

/** Fields of a value that its schema doesn't know. Throws `DecodeError` where it holds a resource that can't be one. */
export function unknownFields(value: unknown, schema: JSONSchemaProps, meta: StructShape): string[] {
  const reader = new Reader(meta, { fill: false, lenient: false, keepNulls: true, onUnknown: () => {} });
  reader.value(value, schema);
  return reader.unknown;
}

function readMeta(
  value: unknown,
  { meta, lenient }: { meta: StructShape; lenient: boolean },
  onUnknown: (path: string) => void,
): JsonObject {
  try {
    return decode(meta, value, { onUnknown }) as JsonObject;
  } catch (err) {
    if (!lenient || !(err instanceof DecodeError)) throw err;
    const good = Object.entries(isObject(value) ? value : {}).filter(([name, v]) => isReadable(meta, { [name]: v }));
    return decode(meta, Object.fromEntries(good)) as JsonObject;
  }
}

function isReadable(meta: StructShape, value: JsonObject): boolean {
  try {
    decode(meta, value);
    return true;
  } catch (err) {
    if (err instanceof DecodeError) return false;
    throw err;
  }
}

class Reader {
  readonly unknown: string[] = [];
  readonly unknownMeta: string[] = [];
  readonly #meta: StructShape;
  readonly #context: ReadOptions;
  #path = '';

  constructor(meta: StructShape, context: ReadOptions) {
    this.#meta = meta;
    this.#context = context;
  }

  /** A value that a schema speaks of; where none does, structures are emptied and scalars stand. */
  value(value: unknown, schema: JSONSchemaProps | undefined): unknown {
    if (Array.isArray(value)) return this.#items(value, schema);
    if (!isObject(value)) return value;
    if (schema) return this.members(value, schema, false);
    for (const name of Object.keys(value)) this.#note(name);
    return {};
  }

  members(value: JsonObject, schema: JSONSchemaProps, isRoot: boolean): JsonObject {
    const preserves = schema['x-kubernetes-preserve-unknown-fields'] ?? false;
    const isEmbedded = schema['x-kubernetes-embedded-resource'] ?? false;
    const { properties, additionalProperties } = schema;
    const out: JsonObject = {};
    for (const name of Object.keys(value)) {
      const member = own(value, name);
      const known = own(properties, name) ?? membersOf(schema);
      if (isEmbedded && !isRoot && isTypeOrMeta(name)) this.#embedded(out, name, member, known);
      else if (known) this.#member(out, name, member, known);
      else if (additionalProperties !== undefined)
        put(
          out,
          name,
          this.#at(`.${name}`, () => this.value(member, undefined)),
        );
      else if (preserves) put(out, name, member);
      else this.#note(name);
    }
    if (this.#context.fill) this.#fill(out, properties);
    return inOrder(out);
  }

  #member(out: JsonObject, name: string, value: unknown, schema: JSONSchemaProps): void {
    if (value !== null || schema.nullable) {
      put(
        out,
        name,
        this.#at(`.${name}`, () => this.value(value, schema)),
      );
      return;
    }
    const { default: fallback } = schema;
    const { fill, keepNulls } = this.#context;
    if (fallback === undefined || fallback === null) {
      if (keepNulls) put(out, name, null);
    } else put(out, name, fill ? this.#filled(schema) : null);
  }

  #items(items: readonly unknown[], schema: JSONSchemaProps | undefined): unknown[] {
    const of = schema && itemsOf(schema);
    if (schema && !of && schema['x-kubernetes-preserve-unknown-fields']) return [...items];
    return items.map((item, i) => {
      const isFilled = item === null && of && !of.nullable && this.#context.fill;
      return isFilled ? this.#filled(of) : this.#at(`[${i}]`, () => this.value(item, of));
    });
  }

  #fill(out: JsonObject, properties: JSONSchemaProps['properties']): void {
    for (const [name, schema] of Object.entries(properties ?? {})) {
      const { default: fallback } = schema;
      if (fallback === undefined || fallback === null || Object.hasOwn(out, name)) continue;
      put(out, name, this.#filled(schema));
    }
  }

  /** The default, with the defaults of what is in it; null where there is none. */
  #filled(schema: JSONSchemaProps): unknown {
    const context = { ...this.#context, onUnknown: undefined };
    return new Reader(this.#meta, context).value(deepCopy(schema.default ?? null), schema);
  }

  #embedded(out: JsonObject, name: string, value: unknown, schema: JSONSchemaProps | undefined): void {
    const { lenient } = this.#context;
    const at = `${this.#path && `${this.#path}.`}${name}`;
    if (name !== 'metadata') {
      if (typeof value === 'string') put(out, name, value);
      else if (!lenient) throw new DecodeError(`${at}: Invalid value: ${JSON.stringify(value)}: must be a string`);
      return;
    }
    try {
      const onUnknown = (path: string) => void this.unknownMeta.push(`${at}.${path}`);
      const metadata = readMeta(value, { meta: this.#meta, lenient }, onUnknown);
      put(out, name, schema ? this.#at(`.${name}`, () => this.#withDefaults(metadata, schema)) : metadata);
    } catch (err) {
      if (!(err instanceof DecodeError)) throw err;
      throw new DecodeError(`${at}: Invalid value: ${JSON.stringify(value)}: ${err.message}`);
    }
  }

  /** What a schema says of metadata adds to them and takes nothing away. */
  #withDefaults(metadata: JsonObject, schema: JSONSchemaProps): JsonObject {
    return this.members(metadata, { ...schema, 'x-kubernetes-preserve-unknown-fields': true }, false);
  }

  #at<T>(step: string, f: () => T): T {
    const outer = this.#path;
    this.#path = outer || step.startsWith('[') ? outer + step : step.slice(1);
    try {
      return f();
    } finally {
      this.#path = outer;
    }
  }

  #note(name: string): void {
    if (this.#context.onUnknown) this.unknown.push(this.#path ? `${this.#path}.${name}` : name);
  }
}

function inOrder(members: JsonObject): JsonObject {
  const names = Object.keys(members);
  if (names.every((name, i) => i === 0 || names[i - 1]! < name)) return members;
  const out: JsonObject = {};
  for (const name of names.sort()) put(out, name, members[name]);
  return out;
}
