import {
  equal,
  holdsGivenEmpty,
  isObject,
  type JsonObject,
  type ListShape,
  own,
  type Shape,
  type StructShape,
} from '../../machinery/index.ts';
import { type Comparison, type Difference, marked, withPart } from './difference.ts';
import type { FieldSet } from './field-set.ts';
import { areAlike, fieldElement, itemElement } from './path-element.ts';
import {
  granularityOf,
  indexItems,
  isDeduced,
  isEmptyList,
  isEmptyMap,
  itemsOf,
  memberShape,
  membersOf,
  shapeFor,
} from './structure.ts';

/** Compares two values; nothing when they don't differ. Parts that are the same object cost nothing, `apart` isn't looked at. */
export const compare = (shape: Shape, old: unknown, next: unknown, apart?: FieldSet): Comparison | undefined =>
  difference(shape, old, next, apart)?.sets;

/** `undefined` is absent, which null isn't. */
export function difference(declared: Shape, old: unknown, next: unknown, apart?: FieldSet): Difference | undefined {
  if (old === next || apart?.member) return undefined;
  if (isDeduced(declared) && isObject(old) !== isObject(next) && old !== undefined && next !== undefined) {
    // What was an object and is none any more, or the other way round, goes and comes.
    return isObject(old)
      ? marked(difference(declared, old, undefined), 'added')
      : marked(difference(declared, undefined, next), 'removed');
  }
  const shape = isDeduced(declared) ? shapeFor(declared, old, next) : declared;
  // Two empty values are compared whole, which keeps "empty" and "null" apart.
  switch (granularityOf(shape)) {
    case 'leaf':
      return ofLeaf(old, next);
    case 'list':
      if (isEmptyList(old) && isEmptyList(next)) return ofLeaf(old, next);
      return withWhole(ofItems(shape as ListShape, itemsOf(old), itemsOf(next)), old, next);
    case 'map':
      if (isEmptyMap(old) && isEmptyMap(next)) return ofLeaf(old, next);
      return withWhole(ofMembers(shape, membersOf(old), membersOf(next), apart), old, next);
  }
}

export const [added, modified, removed] = (['added', 'modified', 'removed'] as const).map((mark) =>
  marked(undefined, mark),
);

function ofLeaf(old: unknown, next: unknown): Difference | undefined {
  if (old === undefined) return added;
  if (next === undefined) return removed;
  return equal(old, next) && !hasItemGivenEmpty(next) ? undefined : modified;
}

/**
 * Upstream compares lists that are owned whole to the bit: in their items, and only there, what was sent with nothing in it isn't
 * what wasn't sent. What is stored knows of no such things.
 */
function hasItemGivenEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsGivenEmpty);
  if (isObject(value)) for (const name in value) if (hasItemGivenEmpty(value[name])) return true;
  return false;
}

function withWhole(told: Difference | undefined, old: unknown, next: unknown): Difference | undefined {
  if (old === undefined) return marked(told, 'added');
  return next === undefined ? marked(told, 'removed') : told;
}

function ofMembers(
  shape: Shape,
  old: Readonly<JsonObject>,
  next: Readonly<JsonObject>,
  apart?: FieldSet,
): Difference | undefined {
  let told: Difference | undefined;
  for (const name in old) {
    const is = own(next, name);
    if (old[name] === is) continue;
    const { element, shape: of } = memberOf(shape, name);
    told = withPart(told, element, difference(of, old[name], is, apart?.children?.get(element)));
  }
  for (const name in next) {
    if (Object.hasOwn(old, name)) continue;
    const { element, shape: of } = memberOf(shape, name);
    told = withPart(told, element, difference(of, undefined, next[name], apart?.children?.get(element)));
  }
  return told;
}

function ofItems(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): Difference | undefined {
  if (arePaired(shape, old, next)) return ofPairs(shape, old, next);
  const before = indexItems(shape, old);
  const after = indexItems(shape, next);
  let told: Difference | undefined;
  for (const [element, was] of before) {
    told = withPart(told, element, ofItem(shape.items, was, after.get(element) ?? none));
  }
  for (const [element, is] of after) {
    if (!before.has(element)) told = withPart(told, element, ofItem(shape.items, none, is));
  }
  return told;
}

const none: readonly unknown[] = [];

/** In longer lists items are found by their elements. */
const mostPairs = 8;

/** Whether the items are still the same things in the same order, each another than those before it. */
function arePaired(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): boolean {
  if (old.length !== next.length || old.length > mostPairs) return false;
  for (let i = 0; i < old.length; i++) {
    if (!areAlike(shape, old[i], next[i])) return false;
    for (let j = 0; j < i; j++) if (areAlike(shape, old[j], old[i])) return false;
  }
  return true;
}

/** What such items are told by is only looked at when something differs in them. */
function ofPairs(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): Difference | undefined {
  let told: Difference | undefined;
  for (let i = 0; i < old.length; i++) {
    const inside = difference(shape.items, old[i], next[i]);
    if (inside) told = withPart(told, itemElement(shape, old[i]), inside);
  }
  return told;
}

/** Items that share an element are one thing; a single item that takes their place, or gives way to them, is another. */
function ofItem(shape: Shape, was: readonly unknown[], is: readonly unknown[]): Difference | undefined {
  if (was.length <= 1 && is.length <= 1) return difference(shape, was[0], is[0]);
  if (was.length >= 2 && is.length >= 2) return equal(was, is) ? undefined : modified;
  if (was.length >= 2) return marked(is.length ? difference(shape, undefined, is[0]) : undefined, 'removed');
  return marked(was.length ? difference(shape, was[0], undefined) : undefined, 'added');
}

/** A member as it is told. */
interface Member {
  readonly element: string;
  readonly shape: Shape;
}

const known = new WeakMap<StructShape, ReadonlyMap<string, Member>>();

function memberOf(shape: Shape, name: string): Member {
  const field = shape.type === 'struct' ? fieldsOf(shape).get(name) : undefined;
  return field ?? { element: fieldElement(name), shape: memberShape(shape, name) };
}

function fieldsOf(struct: StructShape): ReadonlyMap<string, Member> {
  let fields = known.get(struct);
  if (!fields) {
    const entries = [...struct.fields.values()].map(({ name, shape }): [string, Member] => [
      name,
      { element: fieldElement(name), shape },
    ]);
    known.set(struct, (fields = new Map(entries)));
  }
  return fields;
}
