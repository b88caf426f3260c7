import { deepFreeze, isObject, type JsonObject, put } from '../../machinery/index.ts';
import { canonicalElement, inOrder } from './path-element.ts';

/**
 * A set of paths into an object, as a tree. Keys are path elements as `fieldsV1` writes them (`f:name`, `k:{"name":"web"}`,
 * `v:"x"`, `i:0`). A node that is neither a member nor has children doesn't exist; the empty set is `undefined`. Sets are
 * never changed once they are built, and share their parts.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet> | undefined;
}

/** The path itself and nothing below it. */
const leaf: FieldSet = { member: true, children: undefined };

/** What is a member itself, and has members below it; the children aren't copied. */
export const fieldSet = (
  member: boolean,
  children: ReadonlyMap<string, FieldSet> | undefined,
): FieldSet | undefined => {
  if (children?.size) return { member, children };
  return member ? leaf : undefined;
};

const parsed = new WeakMap<JsonObject, { set: FieldSet | undefined }>();
const written = new WeakMap<FieldSet, JsonObject>();
const texts = new WeakMap<JsonObject, string>();

/**
 * The fields that were read and written last, frozen, by their text: objects of one making all have the same ones, and so come
 * to share them and their sets.
 */
const recent = new Map<string, JsonObject>();
const mostRecent = 1024;

function remember(text: string, fields: JsonObject, set: FieldSet | undefined): void {
  parsed.set(fields, { set });
  if (set) written.set(set, fields);
  texts.set(fields, text);
  if (recent.size >= mostRecent) recent.delete(recent.keys().next().value!);
  recent.set(text, fields);
}

/** The JSON of `fieldsV1` that many objects share; nothing for others. */
export const sharedText = (fields: JsonObject): string | undefined => texts.get(fields);

/** Reads `fieldsV1`; throws when it isn't one. What is frozen is read once, and so is what was written or read before. */
export function parseFieldSet(fields: JsonObject): FieldSet | undefined {
  const known = parsed.get(fields);
  if (known) return known.set;
  const text = JSON.stringify(fields);
  const same = recent.get(text);
  const set = same ? parsed.get(same)!.set : parseNode(fields, true);
  if (!Object.isFrozen(fields)) return set;
  if (same) parsed.set(fields, { set });
  else remember(text, fields, set);
  return set;
}

function parseNode(fields: unknown, root: boolean): FieldSet | undefined {
  if (!isObject(fields)) throw new Error('fieldsV1 must be made of objects');
  const keys = Object.keys(fields);
  if (keys.length === 0) return root ? undefined : leaf;
  let member = false;
  const children = new Map<string, FieldSet>();
  for (const key of keys) {
    if (key === '.') member = !root;
    else {
      const element = canonicalElement(key);
      const child = element === undefined ? undefined : parseNode(fields[key], false);
      if (element !== undefined && child) children.set(element, child);
    }
  }
  return fieldSet(member, children);
}

/**
 * Writes `fieldsV1`, frozen, elements in upstream's order. A set that was read from frozen fields gives those very fields, and
 * equal sets, which all objects of one making have, mostly the same ones.
 */
export function fieldsOf(set: FieldSet): JsonObject {
  const out = written.get(set);
  if (out) return out;
  const fields = writeNode(set);
  const text = JSON.stringify(fields);
  const same = recent.get(text);
  if (same) written.set(set, same);
  else remember(text, deepFreeze(fields), set);
  return same ?? fields;
}

function writeNode({ member, children }: FieldSet): JsonObject {
  const out: JsonObject = {};
  if (!children) return out;
  if (member) out['.'] = {};
  for (const key of inOrder(children.keys())) put(out, key, writeNode(children.get(key)!));
  return out;
}

export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b || a === b) return a ?? b;
  if (!b.children) return a.member ? a : fieldSet(true, a.children && new Map(a.children));
  const children = new Map(a.children);
  for (const [key, child] of b.children) children.set(key, union(children.get(key), child)!);
  return fieldSet(a.member || b.member, children);
}

/** What is in both. */
export function intersection(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return undefined;
  if (a === b) return a;
  const children = new Map<string, FieldSet>();
  if (a.children && b.children) {
    for (const [key, child] of a.children) {
      const shared = intersection(child, b.children.get(key));
      if (shared) children.set(key, shared);
    }
  }
  return fieldSet(a.member && b.member, children);
}

/**
 * The operation with its results kept for as long as both sets are: for those that many writes have in common, parsed of the
 * same fields or told by the same comparison.
 */
export function remembering(
  operation: (a: FieldSet | undefined, b: FieldSet | undefined) => FieldSet | undefined,
): typeof operation {
  const results = new WeakMap<FieldSet, WeakMap<FieldSet, { readonly set: FieldSet | undefined }>>();
  return (a, b) => {
    if (!a || !b) return operation(a, b);
    let ofA = results.get(a);
    if (!ofA) results.set(a, (ofA = new WeakMap()));
    let result = ofA.get(b);
    if (!result) ofA.set(b, (result = { set: operation(a, b) }));
    return result.set;
  };
}

/** The paths of `a` that aren't in `b`. */
export const difference = (a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined =>
  subtract(a, b, false);

/** The paths of `a` that are neither in `b` nor below one of `b`. */
export const recursiveDifference = (a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined =>
  subtract(a, b, true);

function subtract(a: FieldSet | undefined, b: FieldSet | undefined, below: boolean): FieldSet | undefined {
  if (!a || !b) return a;
  if (below && b.member) return undefined;
  const member = a.member && !b.member;
  if (!a.children || !b.children) return member === a.member ? a : fieldSet(member, a.children && new Map(a.children));
  let children: Map<string, FieldSet> | undefined;
  for (const [key, gone] of b.children) {
    const child = a.children.get(key);
    if (!child) continue;
    const left = subtract(child, gone, below);
    if (left === child) continue;
    children ??= new Map(a.children);
    if (left) children.set(key, left);
    else children.delete(key);
  }
  if (!children && member === a.member) return a;
  return fieldSet(member, children ?? new Map(a.children));
}

/** Every member's path, as elements: those of a node before those below it. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Iterable<string[]> {
  const keys = inOrder(set.children?.keys() ?? []);
  for (const key of keys) if (set.children!.get(key)!.member) yield [...prefix, key];
  for (const key of keys)
    yield* pathsOf({ member: false, children: set.children!.get(key)!.children }, [...prefix, key]);
}

/** Gathers paths into a set. */
export class FieldSetBuilder {
  #root: { member: boolean; children: Map<string, Draft> | undefined } | undefined;

  add(path: readonly string[]): void {
    let at = (this.#root ??= { member: false, children: undefined });
    for (const element of path) {
      const children = (at.children ??= new Map());
      let next = children.get(element);
      if (!next) children.set(element, (next = { member: false, children: undefined }));
      at = next;
    }
    at.member = true;
  }

  build(): FieldSet | undefined {
    return this.#root;
  }
}

interface Draft {
  member: boolean;
  children: Map<string, Draft> | undefined;
}

/** A set of whole paths of field names. */
export function fieldSetOf(paths: readonly (readonly string[])[]): FieldSet | undefined {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.add(path.map((name) => `f:${name}`));
  return builder.build();
}
