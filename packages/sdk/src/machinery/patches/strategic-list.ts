import { equal, isObject, type JsonObject, own } from '../object.ts';
import type { ListShape, Shape } from '../shape.ts';
import {
  listOfLists,
  mixedItems,
  noKeyDeclared,
  noMergeKey,
  notAMap,
  orderMismatch,
  typeWord,
  unknownDirective,
  unmergeableList,
  wrongArgument,
} from './strategic-problem.ts';

/** Merges one item into another; the other half of the recursion. */
export type MergeItem = (original: JsonObject, patch: JsonObject, shape: Shape) => JsonObject;

/** Merges a list whose items keep their identity: scalars by value, objects by the declared key. New items come first. */
export function mergeList(original: unknown[], patch: unknown[], shape: ListShape, mergeItem: MergeItem): unknown[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (itemKind([original, patch]) !== 'map') {
    return arranged([...new Set([...original, ...patch])], patch, original, undefined);
  }
  const key = shape.patchKey;
  if (key === undefined) throw noKeyDeclared(typeWord(shape.items));
  const directed = followDirectives(original, patch, key);
  if (directed.replaced) return directed.items;
  const merged = [...directed.live];
  for (const item of directed.items) {
    const found = indexByKey(merged, key, keyOf(item, key));
    if (found === -1) merged.push(item);
    else merged[found] = mergeItem(merged[found] as JsonObject, item, shape.items);
  }
  return arranged(merged, directed.items, directed.live, key);
}

/** `merged` in the order of a `$setElementOrder`, which must agree with the order of what the patch sets. */
export function ordered(
  merged: unknown[],
  { live, change, order }: { live: unknown[]; change: unknown[]; order: unknown[] },
  key: string | undefined,
): unknown[] {
  if (key !== undefined && itemKind([live]) === 'map') checkKeyed(order, change.length > 0);
  checkOrder(change, order, key);
  return arranged(merged, order, live, key);
}

/** What is deleted by value must be values, as what it is deleted from. */
export function checkDeletion(live: unknown[], gone: unknown[], { patchKey }: ListShape): void {
  if (itemKind([live, gone]) === 'map' && patchKey === undefined) throw noKeyDeclared('struct');
}

/** An order of objects names each by an object with its key. */
function checkKeyed(order: unknown[], isWithChange: boolean): void {
  const at = order.findIndex((entry) => !isObject(entry));
  if (at === -1) return;
  throw isWithChange ? wrongArgument(order[at], 'map[string]interface {}') : notAMap(at);
}

type Directed = { replaced: boolean; live: unknown[]; items: JsonObject[] };

/** Takes `$patch` items out of a patch's list and does what they say. */
function followDirectives(original: unknown[], patch: unknown[], key: string): Directed {
  const items: JsonObject[] = [];
  let live = original;
  let replaced = false;
  for (const item of patch as JsonObject[]) {
    const directive = own(item, '$patch');
    if (directive === undefined) items.push(item);
    else if (directive === 'delete') {
      const value = keyOf(item, key);
      live = live.filter((other) => !equal(keyOf(other as JsonObject, key), value));
    } else if (directive === 'replace') replaced = true;
    else if (directive === 'merge') throw unmergeableList();
    else throw unknownDirective(directive, item);
  }
  return { replaced, live, items };
}

/**
 * Puts merged items in order: those of the patch as it lists them, the others as they were, and between the two as they
 * stood in the live list where both were there.
 */
function arranged(merged: unknown[], patchOrder: unknown[], liveOrder: unknown[], key: string | undefined): unknown[] {
  const place = (list: unknown[], item: unknown): number =>
    key === undefined ? list.indexOf(item) : indexByKey(list, key, keyOf(item as JsonObject, key));
  if (key !== undefined) for (const item of patchOrder) keyOf(item as JsonObject, key);
  const inPatch = merged.filter((item) => place(patchOrder, item) !== -1);
  inPatch.sort((a, b) => place(patchOrder, a) - place(patchOrder, b));
  // Items of one key stand together, where the first of them was.
  const others = merged.filter((item) => place(patchOrder, item) === -1);
  others.sort((a, b) => place(liveOrder, a) - place(liveOrder, b));
  const out: unknown[] = [];
  let next = 0;
  for (const item of inPatch) {
    const here = place(liveOrder, item);
    while (here !== -1 && next < others.length) {
      const there = place(liveOrder, others[next]);
      if (there === -1 || there > here) break;
      out.push(others[next++]);
    }
    out.push(item);
  }
  return [...out, ...others.slice(next)];
}

/** Every item that a patch sets must stand in `$setElementOrder`, in the same order. */
function checkOrder(change: unknown[], order: unknown[], key: string | undefined): void {
  const set = key === undefined ? change : change.filter((item) => own(item as JsonObject, '$patch') !== 'delete');
  let at = 0;
  for (const entry of order) {
    if (at === set.length) return;
    const same =
      key === undefined ? set[at] === entry : equal(keyOf(set[at] as JsonObject, key), keyOf(entry as JsonObject, key));
    if (same) at++;
  }
  if (at < set.length) throw orderMismatch(change, order);
}

const indexByKey = (list: unknown[], key: string, value: unknown): number =>
  list.findIndex((item) => equal(keyOf(item as JsonObject, key), value));

function keyOf(item: JsonObject, key: string): unknown {
  const value = isObject(item) ? own(item, key) : undefined;
  if (value === undefined) throw noMergeKey(item, key);
  return value;
}

/** What the items are; lists that mix kinds, or hold lists, can't be merged. */
function itemKind(lists: unknown[][]): string {
  let kind: string | undefined;
  for (const item of lists.flat()) {
    const k = Array.isArray(item) ? 'list' : isObject(item) ? 'map' : item === null ? 'nil' : typeof item;
    if (k === 'list') throw listOfLists();
    if (kind !== undefined && k !== kind) throw mixedItems(lists);
    kind = k;
  }
  return kind ?? 'map';
}
