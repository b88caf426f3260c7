import type { Expr } from './ast.ts';
import { type Macro, type MacroBuilder, MacroError, nameOf, takesAccumulator } from './macro.ts';
import { operators } from './operators.ts';

/** The loop variable that an argument names, or why it can't. */
export function loopVariable(arg: Expr, notAName: string): string | MacroError {
  const name = nameOf(arg);
  if (name === undefined) return new MacroError(arg, notAName);
  return takesAccumulator(name) ? new MacroError(arg, 'iteration variable overwrites accumulator variable') : name;
}

const has: Macro = {
  name: 'has',
  receiver: false,
  argCount: 1,
  expand(build, [arg]) {
    if (arg?.kind !== 'select') return new MacroError(arg!, 'invalid argument to has() macro');
    return build.node({ kind: 'select', operand: arg.operand, field: arg.field, testOnly: true });
  },
};

type Fold = Pick<Parameters<MacroBuilder['fold']>[0], 'init' | 'condition' | 'step' | 'result'>;

/** How the macros that ask a predicate of each element fold its answers. */
export const quantifiers = {
  all: (build: MacroBuilder, predicate: Expr): Fold => ({
    init: build.literal(true),
    condition: build.call(operators.notStrictlyFalse, build.accumulated()),
    step: build.call(operators.and, build.accumulated(), predicate),
    result: build.accumulated(),
  }),
  exists: (build: MacroBuilder, predicate: Expr): Fold => ({
    init: build.literal(false),
    condition: build.call(operators.notStrictlyFalse, build.call(operators.not, build.accumulated())),
    step: build.call(operators.or, build.accumulated(), predicate),
    result: build.accumulated(),
  }),
  existsOne: (build: MacroBuilder, predicate: Expr): Fold => ({
    init: build.literal(0),
    condition: build.literal(true),
    step: build.choice(
      predicate,
      build.call(operators.add, build.accumulated(), build.literal(1)),
      build.accumulated(),
    ),
    result: build.call(operators.equals, build.accumulated(), build.literal(1)),
  }),
} as const;

const quantifier = (name: string, fold: (build: MacroBuilder, predicate: Expr) => Fold): Macro => ({
  name,
  receiver: true,
  argCount: 2,
  expand(build, [arg, predicate], range) {
    const variable = loopVariable(arg!, 'argument must be a simple name');
    if (variable instanceof MacroError) return variable;
    return build.fold({ range: range!, variable, ...fold(build, predicate!) });
  },
});

/** Gathers in a list what `element` makes of those that `filter` lets through. */
function gather(build: MacroBuilder, range: Expr, variable: string, element: Expr, filter: Expr | undefined): Expr {
  const init = build.list();
  const condition = build.literal(true);
  const added = build.call(operators.add, build.accumulated(), build.list(element));
  const step = filter ? build.choice(filter, added, build.accumulated()) : added;
  return build.fold({ range, variable, init, condition, step, result: build.accumulated() });
}

const map = (argCount: 2 | 3): Macro => ({
  name: 'map',
  receiver: true,
  argCount,
  expand(build, args, range) {
    const variable = loopVariable(args[0]!, 'argument is not an identifier');
    if (variable instanceof MacroError) return variable;
    return gather(build, range!, variable, args.at(-1)!, argCount === 3 ? args[1] : undefined);
  },
});

const filter: Macro = {
  name: 'filter',
  receiver: true,
  argCount: 2,
  expand(build, [arg, predicate], range) {
    const variable = loopVariable(arg!, 'argument is not an identifier');
    if (variable instanceof MacroError) return variable;
    return gather(build, range!, variable, arg!, predicate);
  },
};

export const standardMacros: readonly Macro[] = [
  has,
  quantifier('all', quantifiers.all),
  quantifier('exists', quantifiers.exists),
  quantifier('exists_one', quantifiers.existsOne),
  map(2),
  map(3),
  filter,
];
