import { forget } from '../../machinery/index.ts';
import type { Gates } from '../../schema/index.ts';
import { type FieldGate, isOpen, standardGates } from './field-gates.ts';

/** What isn't there while one of its gates is shut. */
export interface GatedMembers<O> {
  readonly gates: readonly FieldGate[];
  readonly isInUse: (object: O) => boolean;
  /** Takes them away. Changes the object. */
  readonly drop: (object: O) => void;
}

/** What decides of a member whose gate is shut: whoever had it already keeps it. */
export interface Before<O> {
  readonly old?: O | undefined;
  readonly gates?: Gates | undefined;
}

/** What belongs to features that are off is dropped on every write, as if nobody had sent it. Changes the object. */
export function dropShut<O>(table: readonly GatedMembers<O>[], object: O, { old, gates }: Before<O>): void {
  for (const members of shutBy(gates ?? standardGates, table)) {
    if (old === undefined || !members.isInUse(old)) members.drop(object);
  }
}

/** Found once: gates stay as they are. */
const shut = new WeakMap<Gates, Map<object, readonly unknown[]>>();

function shutBy<O>(gates: Gates, table: readonly GatedMembers<O>[]): readonly GatedMembers<O>[] {
  let ofTables = shut.get(gates);
  if (!ofTables) shut.set(gates, (ofTables = new Map()));
  let found = ofTables.get(table) as readonly GatedMembers<O>[] | undefined;
  if (!found) {
    found = table.filter((members) => !members.gates.every((gate) => isOpen(gates, gate)));
    ofTables.set(table, found);
  }
  return found;
}

/**
 * Members by their paths from the object on, `*` being every item of a list and every value of a map. They are in use where
 * something is at one of those paths, unless other paths tell.
 */
export function gatedMembers<O>(
  gates: FieldGate | readonly FieldGate[],
  paths: readonly string[],
  { inUse = paths }: { inUse?: readonly string[] } = {},
): GatedMembers<O> {
  const [dropped, used] = [paths, inUse].map((all) => all.map((path) => path.split('.')));
  return {
    gates: typeof gates === 'string' ? [gates] : gates,
    isInUse: (object) => used!.some((path) => isThere(object, path, 0)),
    drop: (object) => dropped!.forEach((path) => drop(object, path, 0)),
  };
}

const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const itemsOf = (at: object): unknown[] => (Array.isArray(at) ? at : Object.values(at));

function isThere(at: unknown, path: readonly string[], depth: number): boolean {
  if (depth === path.length) return Array.isArray(at) ? at.length > 0 : at !== undefined && at !== null;
  if (!isHolder(at)) return false;
  const name = path[depth]!;
  if (name !== '*') return isThere(at[name], path, depth + 1);
  return itemsOf(at).some((item) => isThere(item, path, depth + 1));
}

function drop(at: unknown, path: readonly string[], depth: number): void {
  if (!isHolder(at)) return;
  const name = path[depth]!;
  if (name === '*') for (const item of itemsOf(at)) drop(item, path, depth + 1);
  else if (depth < path.length - 1) drop(at[name], path, depth + 1);
  else forget(at, name);
}
