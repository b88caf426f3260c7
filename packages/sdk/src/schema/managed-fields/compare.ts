import {
  equal,
  holdsGivenEmpty,
  isObject,
  type JsonObject,
  type ListShape,
  type Shape,
  type StructShape,
} from '../../machinery/index.ts';
import { type FieldSet, FieldSetBuilder } from './field-set.ts';
import { fieldElement } from './path-element.ts';
import {
  granularityOf,
  indexItems,
  isDeduced,
  isEmptyList,
  isEmptyMap,
  itemsOf,
  shapeFor,
  untyped,
} from './structure.ts';

/** What differs between two values of one shape. */
export interface Comparison {
  readonly added: FieldSet | undefined;
  readonly modified: FieldSet | undefined;
  readonly removed: FieldSet | undefined;
}

/** The comparisons made last, by what they told. */
const recent = new Map<string, Comparison>();
const mostRecent = 1024;

/**
 * Compares two values; nothing when they don't differ. Parts that are the same object cost nothing, `apart` isn't looked at.
 * What differs is first told as a text, so that writes which differ in the same fields, as those of one program mostly do,
 * share one comparison and whatever is known of its sets.
 */
export function compare(shape: Shape, old: unknown, next: unknown, apart?: FieldSet): Comparison | undefined {
  const text = difference(shape, old, next, apart);
  if (text === '') return undefined;
  let comparison = recent.get(text);
  if (!comparison) {
    comparison = read(text);
    if (recent.size >= mostRecent) recent.delete(recent.keys().next().value!);
    recent.set(text, comparison);
  }
  return comparison;
}

/** Marks of the path at which they stand. */
const [added, modified, removed] = ['+', '~', '-'] as const;

/**
 * Every path that differs with its mark, as a tree: a node is its element behind the element's length, what is said of it and
 * below it, and a closing parenthesis. `undefined` is absent, which null isn't.
 */
function difference(declared: Shape, old: unknown, next: unknown, apart?: FieldSet): string {
  if (old === next) return '';
  if (isDeduced(declared) && isObject(old) !== isObject(next) && old !== undefined && next !== undefined) {
    // What was an object and is none any more, or the other way round, goes and comes.
    return difference(declared, old, undefined) + difference(declared, undefined, next);
  }
  const shape = isDeduced(declared) ? shapeFor(declared, old, next) : declared;
  // Two empty values are compared whole, which keeps "empty" and "null" apart.
  switch (granularityOf(shape)) {
    case 'leaf':
      return ofLeaf(old, next);
    case 'list':
      if (isEmptyList(old) && isEmptyList(next)) return ofLeaf(old, next);
      return ofItems(shape as ListShape, itemsOf(old), itemsOf(next)) + ofWhole(old, next);
    case 'map':
      if (isEmptyMap(old) && isEmptyMap(next)) return ofLeaf(old, next);
      return ofMembers(shape, old, next, apart) + ofWhole(old, next);
  }
}

function ofLeaf(old: unknown, next: unknown): string {
  if (old === undefined) return added;
  if (next === undefined) return removed;
  return equal(old, next) && !hasItemGivenEmpty(next) ? '' : modified;
}

/**
 * Upstream compares lists that are owned whole to the bit: in their items, and only there, what was sent with nothing in it isn't
 * what wasn't sent. What is stored knows of no such things.
 */
function hasItemGivenEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsGivenEmpty);
  return isObject(value) && Object.values(value).some(hasItemGivenEmpty);
}

const ofWhole = (old: unknown, next: unknown): string =>
  old === undefined ? added : next === undefined ? removed : '';

function ofMembers(shape: Shape, old: unknown, next: unknown, apart: FieldSet | undefined): string {
  const nodes = shape.type === 'struct' ? nodesOf(shape) : undefined;
  const rest = (shape.type === 'map' ? shape.values : shape.type === 'struct' ? shape.rest : undefined) ?? untyped;
  const before = isObject(old) ? old : undefined;
  const after = isObject(next) ? next : undefined;
  let text = '';
  const tell = (name: string, was: unknown, is: unknown): void => {
    if (was === is) return;
    const below = apart?.children?.get(fieldElement(name));
    if (below?.member) return;
    const node = nodes?.get(name);
    const inside = difference(node?.shape ?? rest, was, is, below);
    if (inside) text += `${node?.start ?? startOf(fieldElement(name))}${inside})`;
  };
  if (before) for (const name of Object.keys(before)) tell(name, before[name], ownOf(after, name));
  if (after) for (const name of Object.keys(after)) if (!hasOwn(before, name)) tell(name, undefined, after[name]);
  return text;
}

const hasOwn = (members: JsonObject | undefined, name: string): boolean =>
  members !== undefined && Object.hasOwn(members, name);
const ownOf = (members: JsonObject | undefined, name: string): unknown =>
  hasOwn(members, name) ? members![name] : undefined;

function ofItems(shape: ListShape, old: readonly unknown[], next: readonly unknown[]): string {
  const before = indexItems(shape, old);
  const after = indexItems(shape, next);
  let text = '';
  const tell = (element: string, was: readonly unknown[], is: readonly unknown[]): void => {
    const inside = ofItem(shape.items, was, is);
    if (inside) text += `${startOf(element)}${inside})`;
  };
  for (const [element, was] of before) tell(element, was, after.get(element) ?? none);
  for (const [element, is] of after) if (!before.has(element)) tell(element, none, is);
  return text;
}

const none: readonly unknown[] = [];

/** Items that share an element are one thing; a single item that takes their place, or gives way to them, is another. */
function ofItem(shape: Shape, was: readonly unknown[], is: readonly unknown[]): string {
  if (was.length <= 1 && is.length <= 1) return difference(shape, was[0], is[0]);
  if (was.length >= 2 && is.length >= 2) return equal(was, is) ? '' : modified;
  if (was.length >= 2) return (is.length ? difference(shape, undefined, is[0]) : '') + removed;
  return (was.length ? difference(shape, was[0], undefined) : '') + added;
}

const startOf = (element: string): string => `${element.length}:${element}`;

/** A field of a struct as it is told. */
interface Node {
  readonly start: string;
  readonly shape: Shape;
}

const known = new WeakMap<StructShape, ReadonlyMap<string, Node>>();

function nodesOf(struct: StructShape): ReadonlyMap<string, Node> {
  let nodes = known.get(struct);
  if (!nodes) {
    const entries = [...struct.fields.values()].map(({ name, shape }): [string, Node] => [
      name,
      { start: startOf(fieldElement(name)), shape },
    ]);
    known.set(struct, (nodes = new Map(entries)));
  }
  return nodes;
}

function read(text: string): Comparison {
  const sets = { [added]: new FieldSetBuilder(), [modified]: new FieldSetBuilder(), [removed]: new FieldSetBuilder() };
  const path: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]!;
    if (mark === ')') path.pop();
    else if (mark === added || mark === modified || mark === removed) sets[mark].add(path);
    else {
      const start = text.indexOf(':', at) + 1;
      at = start + Number(text.slice(at, start - 1)) - 1;
      path.push(text.slice(start, at + 1));
    }
  }
  return { added: sets[added].build(), modified: sets[modified].build(), removed: sets[removed].build() };
}
