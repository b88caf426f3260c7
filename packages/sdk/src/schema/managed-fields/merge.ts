import { type JsonObject, type ListShape, own, put, type Shape } from '../../machinery/index.ts';
import type { FieldSet } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';
import {
  granularityOf,
  indexItems,
  isEmptyList,
  isEmptyMap,
  itemsOf,
  memberShape,
  membersOf,
  shapeFor,
} from './structure.ts';

/** Lays an applied configuration over the live value; nothing when nothing is left. The result shares parts of both. */
export function merge(declared: Shape, live: unknown, applied: unknown): unknown {
  const shape = shapeFor(declared, live, applied);
  const granularity = granularityOf(shape);
  const isEmpty = granularity === 'list' ? isEmptyList : isEmptyMap;
  if (granularity === 'leaf' || (isEmpty(live) && isEmpty(applied))) return applied === undefined ? live : applied;
  return granularity === 'list'
    ? mergeItems(shape as ListShape, itemsOf(live), itemsOf(applied))
    : mergeMembers(shape, membersOf(live), membersOf(applied));
}

function mergeMembers(shape: Shape, live: JsonObject, applied: JsonObject): JsonObject | undefined {
  const out: JsonObject = {};
  let any = false;
  const take = (name: string): void => {
    const value = merge(memberShape(shape, name), own(live, name), own(applied, name));
    if (value === undefined) return;
    put(out, name, value);
    any = true;
  };
  for (const name of Object.keys(live)) take(name);
  for (const name of Object.keys(applied)) if (!Object.hasOwn(live, name)) take(name);
  return any ? out : undefined;
}

/**
 * Applied items keep the order in which they were applied. Items that only the live list has stay where they are between
 * those that both have; new ones come just before the next shared one.
 */
function mergeItems(shape: ListShape, live: readonly unknown[], applied: readonly unknown[]): unknown[] | undefined {
  const liveItems = indexItems(shape, live);
  const appliedItems = indexItems(shape, applied);
  const pending = [...appliedItems.keys()];
  const shared = pending.filter((element) => liveItems.has(element));
  const out: unknown[] = [];
  const takeApplied = (element: string): void => {
    const same = liveItems.get(element);
    out.push(merge(shape.items, same?.length === 1 ? same[0] : undefined, appliedItems.get(element)![0]));
  };
  for (const item of live) {
    const element = itemElement(shape, item);
    if (!appliedItems.has(element)) out.push(item);
    else if (element === shared[0]) {
      shared.shift();
      let next: string;
      do takeApplied((next = pending.shift()!));
      while (next !== element);
      // Another item of an element that was taken already goes, and makes way for one that is new.
    } else if (!shared.length && pending.length) takeApplied(pending.shift()!);
  }
  pending.forEach(takeApplied);
  return out.length ? out : undefined;
}

/** The value without what the set names; a container that loses everything becomes null. */
export function remove(declared: Shape, value: unknown, gone: FieldSet): unknown {
  const shape = shapeFor(declared, value);
  const granularity = granularityOf(shape);
  if (granularity === 'leaf') return value;
  if (granularity === 'list') {
    const list = shape as ListShape;
    const left = itemsOf(value).flatMap((item) => {
      const below = gone.children?.get(itemElement(list, item));
      if (!below) return [item];
      return below.member ? [] : [remove(list.items, item, below)];
    });
    return left.length ? left : null;
  }
  const out: JsonObject = {};
  const members = membersOf(value);
  for (const name of Object.keys(members)) {
    const below = gone.children?.get(fieldElement(name));
    if (!below) put(out, name, members[name]);
    else if (!below.member) put(out, name, remove(memberShape(shape, name), members[name], below));
  }
  return isEmptyMap(out) ? null : out;
}
