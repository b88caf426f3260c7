import type { StructShape } from '../machinery/index.ts';
import { Beginnings, Trail } from './trail.ts';
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
  let at = startOf(shape);
  for (const name in out) at = at.with(name, out[name] === undefined ? 'empty' : 'there');
  for (const name in given) {
    const value = given[name];
    at = at.with(name, value === undefined ? 'gone' : 'set');
    if (at.isOver && out[name] !== value) out[name] = value;
  }
  const { leaving, coming, isOrderAlone } = (at.moves ??= movesTo(at, shape));
  if (isOrderAlone && Object.isFrozen(out)) return;
  const values: unknown[] = [];
  for (const name of coming) values.push(out[name] === undefined ? given[name] : out[name]);
  for (const name of leaving) delete out[name];
  for (let i = 0; i < coming.length; i++) out[coming[i]!] = values[i];
}

/** What is to be said of a member: that it is there, if only undefined, and that it is set or taken away. */
type Word = 'there' | 'empty' | 'set' | 'gone';

/** What has been said of members so far. Of structs of a kind it is mostly the same, and so is how they come into order. */
class Said extends Trail<Word, Said> {
  readonly before: Said | undefined;
  /** A value is set that takes the place of another. */
  readonly isOver: boolean;
  moves: Moves | undefined;

  constructor(before?: Said, name = '', word: Word = 'there') {
    super(name, word);
    this.before = before;
    this.isOver = word === 'set' && said(before).some((s) => s.name === name && isThere(s));
    this.moves = undefined;
  }

  with(name: string, word: Word): Said {
    return this.known(name, word) ?? this.add(beginnings.counted(new Said(this, name, word)));
  }
}

const isThere = ({ what }: Said): boolean => what === 'there' || what === 'empty';

/** All that was said, in its order. */
function said(last: Said | undefined): Said[] {
  const all: Said[] = [];
  for (let at = last; at?.before; at = at.before) all.push(at);
  return all.reverse();
}

const beginnings = new Beginnings();
const known = new WeakMap<StructShape, () => Said>();

function startOf(shape: StructShape): Said {
  let start = known.get(shape);
  if (!start) known.set(shape, (start = beginnings.of(() => new Said())));
  return start();
}

/** How members come to stand in published order. */
interface Moves {
  /** Those that go, if only to come again; the last one first: removed in any other order they make an object slow for good. */
  readonly leaving: readonly string[];
  readonly coming: readonly string[];
  /** None is new, and none goes for good. */
  readonly isOrderAlone: boolean;
}

function movesTo(last: Said, { fields }: StructShape): Moves {
  const all = said(last);
  const before = all.filter(isThere).map(({ name }) => name);
  const those = (word: Word) => new Set(all.filter((s) => s.what === word).map(({ name }) => name));
  const [there, set, gone] = [those('there'), those('set'), those('gone')];
  const after = [...fields.keys()].filter((name) => set.has(name) || (there.has(name) && !gone.has(name)));
  let kept = 0;
  while (kept < before.length && before[kept] === after[kept]) kept++;
  const isOrderAlone = !after.some((name) => !before.includes(name)) && !before.some((name) => gone.has(name));
  return { leaving: before.slice(kept).reverse(), coming: after.slice(kept), isOrderAlone };
}
