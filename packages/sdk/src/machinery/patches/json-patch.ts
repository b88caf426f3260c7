import { findDuplicateKeys } from '../json/index.ts';
import { deepCopy, equal, isObject, type JsonObject, own, put } from '../object.ts';
import { badRequest, StatusError, tooLarge } from '../status-error.ts';

export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from: string;
  /** Nothing when the operation names none, which isn't the same as null. */
  readonly value?: unknown;
}

const maxOperations = 10_000;
/** What all copies of a patch may come to: doubled often enough, anything would be larger than memory. */
const maxCopiedBytes = 3 * 1024 * 1024;
const members = new Set(['op', 'path', 'from', 'value']);

/**
 * The operations of a JSON patch, and what is odd about them without being wrong (members that mean nothing, members
 * twice). Throws upstream's refusals. `text` was parsed to `value`.
 */
export function readJsonPatch(text: string, value: unknown): { operations: JsonPatchOperation[]; strict: string[] } {
  if (value === null) return { operations: [], strict: [] };
  if (!Array.isArray(value)) throw undecodable(`${word(value)} into Go value of type []handlers.jsonPatchOp`);
  const strict: string[] = findDuplicateKeys(text, value)
    .filter((path) => /^\[\d+\]\.[^.[]*$/.test(path))
    .map((path) => `json patch duplicate field "${path}"`);
  const operations = value.map((operation: unknown, i): JsonPatchOperation => {
    if (operation === null) return { op: '', path: '', from: '' };
    if (!isObject(operation)) throw undecodable(`${word(operation)} into Go value of type handlers.jsonPatchOp`);
    for (const key of Object.keys(operation)) {
      if (!members.has(key)) strict.push(`json patch unknown field "[${i}].${key}"`);
    }
    return {
      op: textMember(operation, 'op'),
      path: textMember(operation, 'path'),
      from: textMember(operation, 'from'),
      ...('value' in operation && { value: operation['value'] }),
    };
  });
  if (operations.length > maxOperations) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`);
  }
  return { operations, strict };
}

function textMember(operation: JsonObject, name: string): string {
  const value = own(operation, name) ?? '';
  if (typeof value !== 'string') {
    throw undecodable(`${word(value)} into Go struct field jsonPatchOp.${name} of type string`);
  }
  return value;
}

const word = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

const undecodable = (what: string): StatusError => badRequest(`error decoding patch: json: cannot unmarshal ${what}`);

/**
 * RFC 6902 as upstream's library reads it, which is laxer than the text: a missing first slash swallows the first step, `-1`
 * counts from the end, testing or copying what isn't there sees null. A failing operation fails all, with one answer for
 * every reason.
 */
export function jsonPatch(document: JsonObject, operations: readonly JsonPatchOperation[]): unknown {
  const root: JsonObject = { document: deepCopy(document) };
  let copiedBytes = 0;
  const mayCopy = (value: unknown): boolean => (copiedBytes += jsonSize(value)) <= maxCopiedBytes;
  for (const operation of operations) {
    if (!applyOperation(root, operation, mayCopy)) {
      throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
    }
  }
  return root['document'];
}

type Container = JsonObject | unknown[];

const jsonSize = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** False when the operation can't be done. */
function applyOperation(
  root: JsonObject,
  { op, path, from, ...rest }: JsonPatchOperation,
  mayCopy: (value: unknown) => boolean,
): boolean {
  const value = 'value' in rest ? deepCopy(rest.value) : null;
  switch (op) {
    case 'add':
      return at(root, path, (target, key) => add(target, key, value));
    case 'remove':
      return at(root, path, remove);
    case 'replace':
      if (path === '') {
        root['document'] = value;
        return isObject(value) || Array.isArray(value);
      }
      return at(root, path, (target, key) => replace(target, key, value));
    case 'test':
      if (path === '') return equal(root['document'], value);
      return at(root, path, (target, key) => {
        const found = read(target, key);
        if (found === outOfRange) return false;
        return found === null ? value === null : 'value' in rest && equal(found, value);
      });
    case 'move': {
      let moved: unknown;
      return (
        at(root, from, (target, key) => (moved = read(target, key)) !== outOfRange && remove(target, key)) &&
        at(root, path, (target, key) => add(target, key, moved))
      );
    }
    case 'copy': {
      let copied: unknown;
      return (
        at(root, from, (target, key) => (copied = read(target, key)) !== outOfRange && mayCopy(copied)) &&
        at(root, path, (target, key) => add(target, key, deepCopy(copied)))
      );
    }
    default:
      return false;
  }
}

const outOfRange = Symbol('out of range');

/** Finds the container that a pointer's last step is about; what stands before the first slash is not looked at. */
function at(root: JsonObject, pointer: string, act: (target: Container, key: string) => boolean): boolean {
  const steps = pointerSteps(pointer);
  const last = steps.pop();
  if (last === undefined) return false;
  let target: unknown = root['document'];
  for (const step of steps) {
    if (!isContainer(target)) return false;
    target = read(target, step);
  }
  return isContainer(target) && act(target, last);
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
/** The steps of a pointer; what stands before the first slash is none. */
export const pointerSteps = (pointer: string): string[] => pointer.split('/').slice(1).map(unescapeStep);

const unescapeStep = (step: string): string => step.replace(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'));

/** What the operations made, with the members of all that they have been through in alphabetical order, as upstream writes it. */
export function touchedInOrder(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  const root = { document };
  for (const { path, from } of operations) {
    for (const pointer of [path, from]) {
      let parent: Container = root;
      let key = 'document';
      for (const step of pointerSteps(pointer)) {
        const target = read(parent, key);
        if (!isContainer(target)) break;
        const ordered: Container = Array.isArray(target) ? target : inOrder(target);
        if (Array.isArray(parent)) parent[position(key, parent.length)] = ordered;
        else put(parent, key, ordered);
        [parent, key] = [ordered, step];
      }
    }
  }
  return isObject(root.document) ? inOrder(root.document) : root.document;
}

function inOrder(object: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const key of Object.keys(object).sort()) put(out, key, object[key]);
  return out;
}

/** A list position as upstream's number parser takes it: `+1` and `01` are one. */
function position(key: string, bound: number): number {
  const n = /^[+-]?\d+$/.test(key) ? Number(key) : NaN;
  const i = n < 0 ? n + bound : n;
  return i >= 0 && i < bound ? i : -1;
}

/** The value at a step; null for a member that isn't there. */
function read(target: Container, key: string): unknown {
  if (!Array.isArray(target)) return own(target, key) ?? null;
  const i = position(key, target.length);
  return i === -1 ? outOfRange : target[i];
}

function add(target: Container, key: string, value: unknown): boolean {
  if (!Array.isArray(target)) {
    put(target, key, value);
    return true;
  }
  const i = key === '-' ? target.length : position(key, target.length + 1);
  if (i === -1) return false;
  target.splice(i, 0, value);
  return true;
}

function replace(target: Container, key: string, value: unknown): boolean {
  // Upstream's library lets a member be replaced that isn't there.
  if (!Array.isArray(target)) return add(target, key, value);
  const i = position(key, target.length);
  if (i === -1) return false;
  target[i] = value;
  return true;
}

function remove(target: Container, key: string): boolean {
  if (!Array.isArray(target)) {
    if (!Object.hasOwn(target, key)) return false;
    delete target[key];
    return true;
  }
  const i = position(key, target.length);
  if (i === -1) return false;
  target.splice(i, 1);
  return true;
}
