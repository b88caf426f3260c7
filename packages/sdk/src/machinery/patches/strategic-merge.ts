import { deepCopy, isObject, type JsonObject, own, put } from '../object.ts';
import type { ListShape, MapShape, PatchStrategy, Shape } from '../shape.ts';
import { checkDeletion, mergeList, ordered } from './strategic-list.ts';
import {
  badElementOrder,
  badPrimitiveList,
  badRetainKeys,
  notAStruct,
  unknownDirective,
  unknownField,
  wrongArgument,
} from './strategic-problem.ts';

const patchDirective = '$patch';
const retainKeys = '$retainKeys';
const elementOrder = '$setElementOrder';
const primitiveDeletion = '$deleteFromPrimitiveList';

/**
 * Strategic merge patch: objects merge, nulls delete, lists merge by the keys that the kind declares, `$` members direct.
 * Throws upstream's refusals. Neither input is changed, and what the patch doesn't touch is shared with the document; unknown
 * fields are kept, for the decoder to judge.
 */
export function strategicMergePatch(shape: Shape, document: JsonObject, patch: JsonObject): JsonObject {
  return mergeObject(document, deepCopy(patch), shape);
}

/** Merges `patch`, which is ours to change, into a copy of `live`. */
function mergeObject(live: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  const directive = own(patch, patchDirective);
  if (directive !== undefined) {
    if (directive === 'delete') return {};
    if (directive !== 'replace') throw unknownDirective(directive, patch);
    delete patch[patchDirective];
    return patch;
  }
  const original = { ...live };
  retain(original, patch);
  for (const key of Object.keys(patch)) {
    if (key.startsWith(elementOrder)) mergeOrdered(original, patch, key, shape);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(primitiveDeletion))
      deleteItems(original, nameBehind(key, primitiveDeletion, badPrimitiveList), value, shape);
    else if (value === null) delete original[key];
    else mergeMember(original, key, value, shape);
  }
  return original;
}

function mergeMember(original: JsonObject, key: string, value: unknown, shape: Shape): void {
  const current = own(original, key);
  if (isObject(current) && isObject(value)) {
    const member = structMember(shape, key);
    put(original, key, isReplaced(shape, key) ? value : mergeObject(current, value, member));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    const list = listMember(shape, key);
    put(original, key, mergesItems(list.patchStrategy) ? mergeList(current, value, list, mergeObject) : value);
  } else {
    discardNulls(value);
    // What the live object doesn't have is taken as it is, but for what only directs the merge.
    const kept = current === undefined ? withoutDirectives(value) : value;
    if (kept !== undefined) put(original, key, kept);
  }
}

/** `$retainKeys`: whatever it doesn't name goes from the original; the patch may not set anything else. */
function retain(original: JsonObject, patch: JsonObject): void {
  const names = own(patch, retainKeys);
  if (names === undefined) return;
  delete patch[retainKeys];
  if (!Array.isArray(names)) throw badRetainKeys();
  const kept = new Set<unknown>(names);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith(primitiveDeletion) || key.startsWith(elementOrder)) continue;
    if (!kept.has(key)) throw badRetainKeys();
  }
  for (const key of Object.keys(original)) if (!kept.has(key)) delete original[key];
}

/** `$setElementOrder/NAME` together with the list NAME of the patch, which is then done with. */
function mergeOrdered(original: JsonObject, patch: JsonObject, directive: string, shape: Shape): void {
  const order = patch[directive];
  delete patch[directive];
  if (!Array.isArray(order)) throw wrongArgument(order);
  const key = nameBehind(directive, elementOrder, badElementOrder);
  const current = own(original, key);
  const change = own(patch, key);
  if (current !== undefined && !Array.isArray(current)) throw wrongArgument(current);
  if (change !== undefined && !Array.isArray(change)) throw wrongArgument(change);
  const list = listMember(shape, key);
  let merged = current;
  if (change) {
    if (!current) merged = withoutDirectives(change) as unknown[];
    else merged = mergesItems(list.patchStrategy) ? mergeList(current, change, list, mergeObject) : change;
  }
  if (!merged) return;
  merged = ordered(merged, { live: current ?? [], change: change ?? [], order }, list.patchKey);
  put(original, key, merged);
  delete patch[key];
}

function deleteItems(original: JsonObject, key: string, items: unknown, shape: Shape): void {
  const current = own(original, key);
  if (items === null) delete original[key];
  else if (Array.isArray(current) && Array.isArray(items)) {
    checkDeletion(current, items, listMember(shape, key));
    put(
      original,
      key,
      current.filter((item) => !items.includes(item)),
    );
  }
}

/** A struct that is only ever set as a whole. */
const isReplaced = (shape: Shape, key: string): boolean =>
  shape.type === 'struct' && shape.fields.get(key)?.patchStrategy === 'replace';

const mergesItems = (strategy: PatchStrategy | undefined): boolean =>
  strategy === 'merge' || strategy === 'merge,retainKeys';

function nameBehind(directive: string, prefix: string, refusal: () => Error): string {
  if (!directive.startsWith(`${prefix}/`)) throw refusal();
  return directive.slice(prefix.length + 1);
}

/** The shape behind a member that holds an object; maps of maps have none that says more. */
function structMember(shape: Shape, key: string): Shape {
  if (shape.type === 'map') return mapValues(shape, 'object');
  return memberShape(shape, key, 'object');
}

function listMember(shape: Shape, key: string): ListShape {
  const member = shape.type === 'map' ? mapValues(shape, 'array') : memberShape(shape, key, 'array');
  return member.type === 'list' ? member : { type: 'list', items: member };
}

function mapValues(shape: MapShape, what: 'object' | 'array'): Shape {
  if (shape.values.type !== 'struct' && shape.values.type !== 'list') throw notAStruct(what, 'map');
  return shape.values;
}

function memberShape(shape: Shape, key: string, what: 'object' | 'array'): Shape {
  if (shape.type === 'any') throw unknownField(shape, key);
  if (shape.type !== 'struct') throw notAStruct(what, shape.type);
  const field = shape.fields.get(key);
  if (!field) throw unknownField(shape, key);
  return field.shape;
}

function discardNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(discardNulls);
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else discardNulls(value[key]);
    }
  }
}

/** What is left of a new value: objects that carry `$patch` were only there to direct. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((v) => v !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, patchDirective)) return undefined;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === undefined) delete value[key];
    else put(value, key, kept);
  }
  return value;
}
