import { isObject, type KubeObject, type ListShape, own, type Shape, type StructShape } from '../../machinery/index.ts';
import { decode } from '../decode.ts';
import { added, difference } from './compare.ts';
import type { Comparison, Difference } from './difference.ts';
import { type FieldSet, fieldSetOf } from './field-set.ts';
import { fieldElement, hasKeys, itemElement, itemKeys } from './path-element.ts';
import { startOf, type Step, type Walk } from './steps.ts';
import { granularityOf, isDeduced, isEmptyList, isNamedField, memberShape } from './structure.ts';

const empties = new WeakMap<StructShape, KubeObject>();

/** What a kind's object says before anybody has said anything: the fields that are always written. */
export function emptyObject(shape: StructShape): KubeObject {
  let empty = empties.get(shape);
  if (!empty) empties.set(shape, (empty = decode(shape, {}, { fill: false }) as KubeObject));
  return empty;
}

/** What an object is called and who manages it isn't looked at. */
export const apart = fieldSetOf([['apiVersion'], ['kind'], ['metadata', 'managedFields']]);

const ofObjects = new WeakMap<StructShape, Walk>();

/** Compares a new object with the empty one, going the way of the new objects before it. */
export function compareNew(shape: StructShape, object: unknown): Comparison | undefined {
  let walk = ofObjects.get(shape);
  if (!walk) ofObjects.set(shape, (walk = walkFrom(emptyObject(shape), shape, apart)));
  return walk(object)?.sets;
}

const ofNew = new WeakMap<Shape, Walk>();

/** Of a value where there was none. */
function newWalk(shape: Shape): Walk {
  let walk = ofNew.get(shape);
  if (!walk) ofNew.set(shape, (walk = walkFrom(undefined, shape)));
  return walk;
}

function walkFrom(old: unknown, shape: Shape, aside?: FieldSet): Walk {
  if (aside?.member) return () => undefined;
  const inFull: Walk = (next) => difference(shape, old, next, aside);
  if (isDeduced(shape)) return inFull;
  switch (granularityOf(shape)) {
    case 'leaf':
      return old === undefined ? newLeaf : inFull;
    case 'list':
      return isEmptyList(old) ? itemWalk(shape as ListShape, old, inFull) : inFull;
    case 'map':
      return old === undefined || isObject(old) ? memberWalk(shape, { old, aside, inFull }) : inFull;
  }
}

const newLeaf: Walk = (next) => (next === undefined ? undefined : added);

interface Known {
  readonly old: Readonly<Record<string, unknown>> | undefined;
  readonly aside: FieldSet | undefined;
  /** For what steps can't tell. */
  readonly inFull: Walk;
}

function memberWalk(shape: Shape, known: Known): Walk {
  const { old, inFull } = known;
  // Members that are gone are found when not all of the old ones were met.
  const start = startOf(old ? undefined : added, old ? Object.keys(old).length : 0);
  const walkTo = walksOf(shape, known);
  const stepTo = (at: Step, name: string, inside: Difference | undefined, walk: Walk): Step =>
    at.known(name, inside) ??
    at.begin(name, inside, {
      element: fieldElement(name),
      walk,
      untold: old && Object.hasOwn(old, name) ? -1 : 0,
    });
  return (next) => {
    if (!isObject(next)) return inFull(next);
    let at = start();
    for (const name in next) {
      const { last } = at;
      const isLast = last !== undefined && last.name === name;
      const walk = isLast ? last.walk : walkTo(name);
      const value = next[name];
      const inside = walk === newLeaf && value !== undefined ? added : walk(value);
      at = isLast && last.what === inside ? last : stepTo(at, name, inside, walk);
    }
    return at.untold === 0 ? at.told : inFull(next);
  };
}

/** The walk through each member. */
function walksOf(shape: Shape, { old, aside }: Known): (name: string) => Walk {
  const fields = new Map<string, Walk>();
  const walkTo = (name: string): Walk => {
    const [was, below, of] = [own(old, name), aside?.children?.get(fieldElement(name)), memberShape(shape, name)];
    return was === undefined && !below ? newWalk(of) : walkFrom(was, of, below);
  };
  return (name) => {
    let walk = fields.get(name);
    if (walk) return walk;
    walk = walkTo(name);
    if (isNamedField(shape, name)) fields.set(name, walk);
    return walk;
  };
}

/** Lists that are longer are told in full: there are too many ways to walk through them. */
const mostItems = 64;

function itemWalk(shape: ListShape, old: unknown, inFull: Walk): Walk {
  const start = startOf(old === undefined ? added : undefined);
  const walk = newWalk(shape.items);
  const stepTo = (at: Step, items: readonly unknown[], i: number, inside: Difference | undefined): Step => {
    const element = itemElement(shape, items[i]);
    const known = at.known(element, inside);
    if (known) return known;
    const isShared = items.slice(0, i).some((item) => itemElement(shape, item) === element);
    return at.begin(element, inside, { element, walk, keys: itemKeys(shape, items[i]), untold: isShared ? 1 : 0 });
  };
  return (next) => {
    if (!Array.isArray(next) || next.length === 0 || next.length > mostItems) return inFull(next);
    let at = start();
    for (let i = 0; i < next.length; i++) {
      const { last } = at;
      const inside = walk(next[i]);
      const isLast = last !== undefined && last.what === inside && hasKeys(shape, next[i], last.keys);
      at = isLast ? last : stepTo(at, next, i, inside);
    }
    return at.untold === 0 ? at.told : inFull(next);
  };
}
