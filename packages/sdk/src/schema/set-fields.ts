import type { StructShape } from '../machinery/index.ts';
import type { Struct } from './words.ts';

/**
 * Sets fields of a decoded struct and leaves all of them in published order, so that equal objects go on having equal
 * bytes. A field given as undefined is taken away. What stays as it is isn't written: who has nothing to say may be given what is
 * frozen.
 */
export function setFields<O extends object>(
  { shape }: Struct<O, unknown>,
  target: O,
  fields: { readonly [K in keyof O]?: O[K] | undefined },
): void {
  const out = target as Record<string, unknown>;
  const given = fields as Readonly<Record<string, unknown>>;
  const ranks = ranksOf(shape);
  const before = Object.keys(out);
  let kept = keptOf(before, out, ranks);
  let changes = false;
  const added: string[] = [];
  for (const name in given) {
    const rank = ranks.get(name);
    if (rank === undefined) continue;
    const value = given[name];
    const isThere = Object.hasOwn(out, name);
    if (value !== undefined && isThere) {
      if (out[name] !== value) out[name] = value;
      continue;
    }
    if (value !== undefined) added.push(name);
    else if (!isThere) continue;
    changes = true;
    // From where it comes to stand, or goes, the rest is written again.
    while (kept > 0 && ranks.get(before[kept - 1]!)! >= rank) kept--;
  }
  if (kept === before.length) {
    for (const name of sortedBy(ranks, added)) out[name] = given[name];
    return;
  }
  if (!changes && Object.isFrozen(out)) return;
  const rest = added;
  for (let i = kept; i < before.length; i++) {
    const name = before[i]!;
    const isGone = Object.hasOwn(given, name) && given[name] === undefined;
    if (!isGone && out[name] !== undefined && ranks.has(name)) rest.push(name);
  }
  sortedBy(ranks, rest);
  const values = rest.map((name) => (out[name] === undefined ? given[name] : out[name]));
  // What was added last goes first: in any other order, removing members makes an object slow for all who come after.
  for (let i = before.length - 1; i >= kept; i--) delete out[before[i]!];
  for (let i = 0; i < rest.length; i++) out[rest[i]!] = values[i];
}

type Ranks = ReadonlyMap<string, number>;

const known = new WeakMap<StructShape, Ranks>();

function ranksOf(shape: StructShape): Ranks {
  let ranks = known.get(shape);
  if (!ranks) known.set(shape, (ranks = new Map([...shape.fields.keys()].map((name, rank) => [name, rank]))));
  return ranks;
}

/** How many members may stay where they are: all, or none when they aren't fields in their order. */
function keptOf(names: readonly string[], out: Readonly<Record<string, unknown>>, ranks: Ranks): number {
  let last = -1;
  for (const name of names) {
    const rank = ranks.get(name);
    if (rank === undefined || rank < last || out[name] === undefined) return 0;
    last = rank;
  }
  return names.length;
}

/** Sorts names that are in order but for a few. */
function sortedBy(ranks: Ranks, names: string[]): string[] {
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    const rank = ranks.get(name) ?? -1;
    let at = i;
    while (at > 0 && (ranks.get(names[at - 1]!) ?? -1) > rank) names[at] = names[--at]!;
    names[at] = name;
  }
  return names;
}
