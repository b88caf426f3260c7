import { isObject, type JsonObject, type ListShape, own, type Shape } from '../../machinery/index.ts';

/** An element as read, in its one spelling; nothing for kinds of elements that a later version may know. Throws when it is broken. */
export function canonicalElement(text: string): string | undefined {
  switch (text.slice(0, 2)) {
    case 'f:':
      return text;
    case 'k:': {
      const keys = JSON.parse(text.slice(2)) as unknown;
      if (!isObject(keys)) throw new Error(`bad path element ${text}`);
      return keyElement(Object.entries(keys));
    }
    case 'v:':
      return `v:${JSON.stringify(JSON.parse(text.slice(2)))}`;
    case 'i:':
      if (!/^\d+$/.test(text.slice(2))) throw new Error(`bad path element ${text}`);
      return text;
    default:
      if (text[1] !== ':') throw new Error(`bad path element ${text}`);
      return undefined;
  }
}

export const fieldElement = (name: string): string => `f:${name}`;

function keyElement(keys: [string, unknown][]): string {
  const sorted = keys.length > 1 ? keys.sort(([a], [b]) => (a < b ? -1 : 1)) : keys;
  let text = 'k:{';
  for (const [i, [name, value]] of sorted.entries()) {
    text += `${i > 0 ? ',' : ''}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

/** A value that can't be seen as its shape's pieces. The message is upstream's. */
export class Untyped extends Error {}

/** The element that names an item of a set or a keyed list; throws upstream's complaint for an item that can't be told apart. */
export function itemElement(shape: ListShape, item: unknown): string {
  if (shape.listType === 'set') {
    if (isObject(item)) throw new Untyped('maps are not supported as set elements');
    if (Array.isArray(item)) throw new Untyped('not supporting lists as elements of sets');
    return `v:${JSON.stringify(item ?? null)}`;
  }
  if (item === null || item === undefined) throw new Untyped('associative list with keys may not have a null element');
  if (!isObject(item)) throw new Untyped('associative list with keys may not have non-map elements');
  let text = '';
  for (const { name, start, fallback } of keysOf(shape)) {
    const value = own(item, name) ?? fallback;
    if (value !== undefined) text += `${text === '' ? 'k:{' : ','}${start}${JSON.stringify(value)}`;
  }
  if (text === '') {
    throw new Untyped(
      `associative list with keys has an element that omits all key fields ${JSON.stringify(shape.keys).replaceAll(',', ' ')} (and doesn't have default values for any key fields)`,
    );
  }
  return `${text}}`;
}

/** What an item's element is made of: its keys' values, or the item itself. */
export const itemKeys = (shape: ListShape, item: unknown): unknown[] =>
  shape.listType === 'set'
    ? [item]
    : keysOf(shape).map(({ name, fallback }) => own(item as JsonObject, name) ?? fallback);

/** Whether an item has such keys, and so the same element as another that has them. */
export function hasKeys(shape: ListShape, item: unknown, keys: readonly unknown[]): boolean {
  if (shape.listType === 'set') return item === keys[0];
  if (!isObject(item)) return false;
  let i = 0;
  for (const { name, fallback } of keysOf(shape)) if ((own(item, name) ?? fallback) !== keys[i++]) return false;
  return true;
}

/** Whether two items have the same element; false where it isn't plain that they have one. */
export function areAlike(shape: ListShape, a: unknown, b: unknown): boolean {
  if (shape.listType === 'set') return a === b && typeof a !== 'object';
  if (!isObject(a) || !isObject(b)) return false;
  let isTold = false;
  for (const { name, fallback } of keysOf(shape)) {
    const value = own(a, name) ?? fallback;
    if ((own(b, name) ?? fallback) !== value) return false;
    isTold ||= value !== undefined;
  }
  return isTold;
}

/** A key of a list's items: how its part of an element begins, and what it is taken for when an item leaves it out. */
interface Key {
  readonly name: string;
  readonly start: string;
  readonly fallback: unknown;
}

const known = new WeakMap<ListShape, readonly Key[]>();

/** A list's keys, in the order of their names. */
function keysOf(shape: ListShape): readonly Key[] {
  let keys = known.get(shape);
  if (!keys) {
    const names = [...(shape.keys ?? [])].sort();
    keys = names.map((name) => ({ name, start: `${JSON.stringify(name)}:`, fallback: defaultOf(shape, name) }));
    known.set(shape, keys);
  }
  return keys;
}

/** A key that an item leaves out: the published default, which for a field that is always written is its zero value. */
function defaultOf(shape: ListShape, name: string): unknown {
  if (shape.keyDefaults && name in shape.keyDefaults) return shape.keyDefaults[name];
  const field = shape.items.type === 'struct' ? shape.items.fields.get(name) : undefined;
  if (!field || field.default !== undefined) return field?.default;
  const isHeld = (field.presence === 'required' || field.presence === 'held') && !field.nullable;
  return isHeld ? zeros[field.shape.type] : undefined;
}

const zeros: { readonly [type in Shape['type']]?: unknown } = { string: '', integer: 0, number: 0, boolean: false };

/** Elements in upstream's order: fields, keys, values, positions; keys by their values, numbers as numbers. */
export function inOrder(elements: Iterable<string>): string[] {
  const all = [...elements];
  if (all.every((e) => e.startsWith('f'))) return all.sort();
  return all
    .map((element) => ({ element, value: element[0] === 'f' ? element : (JSON.parse(element.slice(2)) as unknown) }))
    .sort((a, b) => rankOf(a.element) - rankOf(b.element) || compareJson(a.value, b.value))
    .map(({ element }) => element);
}

const rankOf = (element: string): number => 'fkvi'.indexOf(element[0]!);

function compareJson(a: unknown, b: unknown): number {
  if (isObject(a) && isObject(b)) return compareKeys(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareKeys(a: JsonObject, b: JsonObject): number {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareJson(left[i]![0], right[i]![0]) || compareJson(left[i]![1], right[i]![1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** A path as messages show it: `.spec.containers[name="web"].image`, `.metadata.finalizers[="x/y"]`. */
export const pathText = (path: readonly string[]): string => path.map(elementText).join('');

export function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${Object.entries(JSON.parse(rest) as JsonObject)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}
