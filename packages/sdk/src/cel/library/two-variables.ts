import type { Expr } from '../ast.ts';
import type { Library } from '../env.ts';
import { type Macro, type MacroBuilder, MacroError, takesAccumulator } from '../macro.ts';
import { withEntry } from '../maps.ts';
import { operators } from '../operators.ts';
import { quantifiers } from '../standard-macros.ts';
import { types } from '../types.ts';
import { isError, type MapValue, type Result, type Value } from '../values.ts';

const insert = 'cel.@mapInsert';

type Fold = ReturnType<(typeof quantifiers)['all']>;

/** The names of two loop variables, or what is wrong with them. */
function loopVariables([first, second]: readonly Expr[]): readonly [string, string] | MacroError {
  for (const arg of [first!, second!]) {
    if (arg.kind !== 'ident') return new MacroError(arg, 'argument must be a simple name');
  }
  const [a, b] = [first!, second!] as Extract<Expr, { kind: 'ident' }>[];
  if (a!.name === b!.name) return new MacroError(b!, `duplicate variable name: ${a!.name}`);
  for (const arg of [a!, b!]) {
    if (takesAccumulator(arg.name)) return new MacroError(arg, 'iteration variable overwrites accumulator variable');
  }
  return [a!.name, b!.name];
}

const looping = (
  name: string,
  argCount: number,
  fold: (build: MacroBuilder, args: readonly Expr[], key: string) => Fold,
): Macro => ({
  name,
  receiver: true,
  argCount,
  expand(build, args, range) {
    const names = loopVariables(args);
    if (names instanceof MacroError) return names;
    const [variable, variable2] = names;
    return build.fold({ range: range!, variable, variable2, ...fold(build, args.slice(2), variable) });
  },
});

const quantifier = (name: string, fold: (build: MacroBuilder, predicate: Expr) => Fold): Macro =>
  looping(name, 3, (build, [predicate]) => fold(build, predicate!));

/** Gathers what `add` makes of each element, or of those only that pass a test. */
const transform = (
  name: string,
  start: (build: MacroBuilder) => Expr,
  add: (build: MacroBuilder, made: Expr, key: string) => Expr,
): readonly Macro[] =>
  [3, 4].map((argCount) =>
    looping(name, argCount, (build, args, key) => {
      const init = start(build);
      const condition = build.literal(true);
      const added = add(build, args.at(-1)!, key);
      const step = argCount === 4 ? build.choice(args[0]!, added, build.accumulated()) : added;
      return { init, condition, step, result: build.accumulated() };
    }),
  );

const emptyMap = (build: MacroBuilder): Expr => build.node({ kind: 'map', entries: [] });

function withEntries(target: Value, more: Value): Result {
  let grown = target as MapValue;
  for (const key of (more as MapValue).keys()) {
    const value = (more as MapValue).find(key)!;
    const next = isError(value) ? value : withEntry(grown, key, value);
    if (isError(next)) return next;
    grown = next as MapValue;
  }
  return grown;
}

const map = types.map(types.param('K'), types.param('V'));

/** Macros over an index or key and its value: `m.all(k, v, …)`, `l.transformMap(i, v, …)`. */
export const twoVariableLibrary: Library = {
  name: 'two-variables',
  macros: [
    quantifier('all', quantifiers.all),
    quantifier('exists', quantifiers.exists),
    quantifier('existsOne', quantifiers.existsOne),
    quantifier('exists_one', quantifiers.existsOne),
    ...transform(
      'transformList',
      (build) => build.list(),
      (build, made) => build.call(operators.add, build.accumulated(), build.list(made)),
    ),
    ...transform('transformMap', emptyMap, (build, made, key) =>
      build.call(insert, build.accumulated(), build.ident(key), made),
    ),
    ...transform('transformMapEntry', emptyMap, (build, made) => build.call(insert, build.accumulated(), made)),
  ],
  functions: [
    {
      name: insert,
      overloads: [
        {
          id: '@mapInsert_map_key_value',
          parameters: [map, types.param('K'), types.param('V')],
          result: map,
          call: (m, key, value) => withEntry(m as MapValue, key!, value!),
        },
        {
          id: '@mapInsert_map_map',
          parameters: [map, map],
          result: map,
          call: withEntries,
        },
      ],
    },
  ],
};
