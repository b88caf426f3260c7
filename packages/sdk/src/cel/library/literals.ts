import type { CheckedAst, Expr } from '../ast.ts';
import type { Library, Report } from '../env.ts';
import { readDuration } from '../durations.ts';
import { equivalentType } from '../substitution.ts';
import { readTimestamp, timestampOf } from '../timestamps.ts';
import { type Type, types } from '../types.ts';
import { isError, Timestamp, type Value } from '../values.ts';
import { matches } from './strings.ts';

/** Literals of lists and maps hold one type: `[1, 'a']` is refused, and `[1, dyn('a')]` too. */
export const homogeneousLiterals: Library = {
  name: 'homogeneous-literals',
  validators: [(ast, report, env) => walk(ast.expr, (expr) => checkElements(expr, ast, report), env.mixing)],
};

function checkElements(expr: Expr, ast: CheckedAst, report: Report): void {
  const typeOf = (e: Expr, optional: boolean): Type => {
    const type = ast.types.get(e.id) ?? types.dyn;
    return optional ? (type.parameters[0] ?? type) : type;
  };
  const mismatch = (at: Expr, wanted: Type, found: Type): void =>
    report(at, `expected type '${String(wanted)}' but found '${String(found)}'`);
  if (expr.kind === 'list') {
    const found = expr.elements.map((e, i) => typeOf(e, expr.optional.includes(i)));
    const wrong = found.findIndex((t) => !equivalentType(found[0]!, t));
    if (wrong >= 0) mismatch(expr.elements[wrong]!, found[0]!, found[wrong]!);
  } else if (expr.kind === 'map') {
    const [first] = expr.entries;
    for (const { key, value, optional } of expr.entries) {
      const [wantedKey, wantedValue] = [typeOf(first!.key, false), typeOf(first!.value, first!.optional)];
      const [keyType, valueType] = [typeOf(key, false), typeOf(value, optional)];
      if (!equivalentType(wantedKey, keyType)) mismatch(key, wantedKey, keyType);
      if (!equivalentType(wantedValue, valueType)) mismatch(value, wantedValue, valueType);
    }
  }
}

/** Whether the first argument, when it is a literal, is what the function reads. */
const readers: Readonly<Record<string, (value: Value) => boolean>> = {
  duration: (value) => typeof value === 'string' && readDuration(value) !== undefined,
  timestamp: (value) =>
    (typeof value === 'string' ? readTimestamp(value) : timestampOf(Number(value), 0)) instanceof Timestamp,
  matches: (value) => !isError(matches('', String(value))),
};

/** Literals of durations, moments and patterns are read before anything is evaluated. */
export const wellFormedLiterals: Library = {
  name: 'well-formed-literals',
  validators: Object.entries(readers).map(
    ([name, reads]) =>
      (ast: CheckedAst, report: Report): void =>
        walk(ast.expr, (expr) => {
          if (expr.kind !== 'call' || expr.function !== name) return;
          const [arg] = expr.args;
          if (arg?.kind === 'literal' && !reads(arg.value)) report(arg, `invalid ${name} argument`);
        }),
  ),
};

/** Visits an expression and all in it, but for the arguments of some functions. */
function walk(expr: Expr, visit: (expr: Expr) => void, except: readonly string[] = []): void {
  const waiting = [expr];
  for (let e = waiting.pop(); e; e = waiting.pop()) {
    visit(e);
    if (e.kind !== 'call' || !except.includes(e.function)) waiting.push(...within(e));
  }
}

function within(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap((e) => [e.key, e.value]);
    case 'struct':
      return expr.entries.map((e) => e.value);
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
  }
}
