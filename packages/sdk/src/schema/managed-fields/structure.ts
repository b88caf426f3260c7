import { isObject, type JsonObject, type ListShape, type Shape } from '../../machinery/index.ts';
import { itemElement } from './path-element.ts';

/** How apply sees a value of a shape: owned as a whole, or piece by piece. */
export type Granularity = 'leaf' | 'list' | 'map';

export function granularityOf(shape: Shape): Granularity {
  switch (shape.type) {
    case 'list':
      return shape.listType === 'map' || shape.listType === 'set' ? 'list' : 'leaf';
    case 'map':
    case 'struct':
      return shape.atomic ? 'leaf' : 'map';
    default:
      return 'leaf';
  }
}

export const isDeduced = (shape: Shape): boolean => shape.type === 'any' && (shape.deduced ?? false);

/** The shape as it is for certain values: where nothing was declared, they say it themselves. */
export function shapeFor(shape: Shape, ...values: readonly unknown[]): Shape {
  if (!isDeduced(shape)) return shape;
  const given = values.filter((v) => v !== undefined && v !== null);
  return given.length && given.every(isObject) ? { type: 'map', values: shape } : untyped;
}

/** The shape of a member; unknown members count as owned whole. */
export function memberShape(shape: Shape, name: string): Shape {
  if (shape.type === 'map') return shape.values;
  return (shape.type === 'struct' && (shape.fields.get(name)?.shape ?? shape.rest)) || untyped;
}

export const untyped: Shape = { type: 'any' };

/** Declared by name, rather than a key of a map. */
export const isNamedField = (shape: Shape, name: string): boolean => shape.type === 'struct' && shape.fields.has(name);

const noItems: readonly unknown[] = [];
const noMembers: Readonly<JsonObject> = {};

export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : noItems);
export const membersOf = (value: unknown): Readonly<JsonObject> => (isObject(value) ? value : noMembers);
export const isEmptyList = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
export const isEmptyMap = (value: unknown): boolean => {
  if (!isObject(value)) return true;
  for (const _ in value) return false;
  return true;
};

const nothing: ReadonlyMap<string, readonly unknown[]> = new Map();

/** Items by their element. An element that two items share has both: such items are owned together. */
export function indexItems(shape: ListShape, items: readonly unknown[]): ReadonlyMap<string, readonly unknown[]> {
  if (items.length === 0) return nothing;
  const index = new Map<string, unknown[]>();
  for (const item of items) {
    const element = itemElement(shape, item);
    const same = index.get(element);
    if (same) same.push(item);
    else index.set(element, [item]);
  }
  return index;
}
