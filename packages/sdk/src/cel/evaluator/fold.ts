import type { Comprehension } from '../ast.ts';
import { GatheringList } from '../lists.ts';
import { accumulator } from '../macro.ts';
import { GatheringMap } from '../maps.ts';
import { EvalError, isError, ListValue, MapValue, type Result, type Value } from '../values.ts';
import type { Compiler } from './compiler.ts';
import { goType } from './go-type.ts';
import type { Eval, Run } from './run.ts';

/** Compiles what macros become: a loop that carries a value along. */
export function compileFold(compiler: Compiler, expr: Comprehension): Eval {
  const { range: rangeExpr, variable, variable2, init: initExpr } = expr;
  const range = compiler.eval(rangeExpr);
  const [first, second, carried] = [compiler.slot(), compiler.slot(), compiler.slot()];
  const init = starting(expr, compiler.eval(initExpr));
  const read =
    (slot: number): Eval =>
    (run) =>
      run.slots[slot]!;
  // The first who asks for the carried value pays for where it starts.
  const readCarried: Eval = (run) => {
    let value = run.slots[carried];
    if (value === undefined) run.slots[carried] = value = init(run);
    return value;
  };
  const inResult = [[expr.accumulator, readCarried]] as const;
  const inLoop = [...inResult, [variable, read(first)] as const];
  if (variable2 !== undefined) inLoop.push([variable2, read(second)] as const);
  const [condition, step] = compiler.within(inLoop, () => [compiler.eval(expr.condition), compiler.eval(expr.step)]);
  const result = compiler.within(inResult, () => compiler.eval(expr.result));

  /** One round; says whether there may be more. */
  const round = (run: Run, key: Result, value: Result): boolean => {
    run.round();
    run.slots[first] = key;
    run.slots[second] = value;
    const goesOn = condition(run);
    if (typeof goesOn === 'boolean' && !goesOn) return false;
    run.slots[carried] = step(run);
    return true;
  };
  return (run) => {
    const over = range(run);
    if (isError(over)) return over;
    run.slots[carried] = undefined;
    const failed = loop(run, over, variable2 !== undefined, round);
    if (failed) return failed;
    const made = result(run);
    return made instanceof GatheringList ? made.gathered() : made;
  };
}

function loop(
  run: Run,
  range: Value,
  two: boolean,
  round: (run: Run, key: Result, value: Result) => boolean,
): EvalError | undefined {
  if (range instanceof ListValue) {
    for (let i = 0; i < range.size; i++) {
      const element = range.at(i);
      if (!round(run, two ? i : element, element)) break;
    }
    return undefined;
  }
  if (range instanceof MapValue) {
    for (const key of range.keys()) if (!round(run, key, two ? (range.find(key) ?? null) : null)) break;
    return undefined;
  }
  const name = goType(range);
  return new EvalError(two ? `unsupported comprehension range type: ${name}` : `got '${name}', expected iterable type`);
}

/** Lists and maps that macros gather begin as such that grow in place. */
function starting({ accumulator: name, init }: Comprehension, evaluate: Eval): Eval {
  if (name !== accumulator) return evaluate;
  if (init.kind === 'list' && init.elements.length === 0) return () => new GatheringList();
  if (init.kind === 'map' && init.entries.length === 0) return () => new GatheringMap();
  return evaluate;
}
