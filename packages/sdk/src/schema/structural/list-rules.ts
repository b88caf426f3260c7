import {
  duplicate,
  type FieldError,
  invalid,
  isObject,
  type JsonObject,
  own,
  Path,
  sorted,
} from '../../machinery/index.ts';
import { itemsOf, type JSONSchemaProps, membersOf } from './json-schema.ts';

/** Items of sets are told apart as wholes, those of keyed lists by their keys: what stands twice is refused. */
export function* listRules(schema: JSONSchemaProps, value: JsonObject, at?: Path): Iterable<FieldError> {
  const rest = membersOf(schema);
  for (const [name, member] of Object.entries(value)) {
    if (rest) yield* valueRules(rest, member, at ? at.key(name) : new Path(`[${name}]`));
  }
  for (const [name, member] of Object.entries(value)) {
    const of = own(schema.properties, name);
    if (of) yield* valueRules(of, member, at ? at.child(name) : new Path(name));
  }
}

function* valueRules(schema: JSONSchemaProps, value: unknown, at: Path): Iterable<FieldError> {
  if (isObject(value)) yield* listRules(schema, value, at);
  if (!Array.isArray(value)) return;
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') yield* repeated(value, at);
  if (listType === 'map') yield* repeatedKeys(schema['x-kubernetes-list-map-keys'] ?? [], value, at);
  const of = itemsOf(schema);
  if (of) for (const [i, item] of value.entries()) yield* valueRules(of, item, at.index(i));
}

/** The second of several that are alike is told of, not the third. */
function* repeated(items: readonly unknown[], at: Path): Iterable<FieldError> {
  const times = new Map<string, number>();
  for (const [i, item] of items.entries()) {
    const text = JSON.stringify(sorted(item));
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    if (before === 1) yield duplicate(at.index(i), item);
  }
}

function* repeatedKeys(keys: readonly string[], items: readonly unknown[], at: Path): Iterable<FieldError> {
  const odd = items.findIndex((item) => item !== null && !isObject(item));
  if (odd !== -1) {
    yield invalid(at.index(odd), items[odd], 'must be an object for an array of list-type map');
    return;
  }
  const keyOf = (item: unknown): JsonObject => {
    const given = keys.flatMap((key): [string, unknown][] => {
      const value = isObject(item) ? own(item, key) : undefined;
      return value === undefined ? [] : [[key, value]];
    });
    return Object.fromEntries(given);
  };
  yield* repeated(items.map(keyOf), at);
}
