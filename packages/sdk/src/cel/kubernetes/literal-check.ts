import type { CheckedAst, Expr } from '../ast.ts';
import { readDuration } from '../durations.ts';
import type { AstValidator, Report } from '../env.ts';
import { matches } from '../library/index.ts';
import { readTimestamp, timestampOf } from '../timestamps.ts';
import type { Type } from '../types.ts';
import { isError, type Result, type Value } from '../values.ts';
import { childrenOf, descendants } from './descendants.ts';
import { isSameType } from './type-text.ts';

/** Literals that stand where a call would fail for them each time. */
export const argumentValidator: AstValidator = (ast, report) => {
  for (const [name, read] of Object.entries(readers)) {
    for (const e of descendants(ast.expr)) {
      if (e.kind !== 'call' || e.function !== name) continue;
      const [argument] = e.args;
      if (argument?.kind === 'literal' && isBad(read(argument.value))) report(argument, `invalid ${name} argument`);
    }
  }
};

const isBad = (result: Result | undefined): boolean => result === undefined || isError(result);

const readers: Readonly<Record<string, (literal: Value) => Result | undefined>> = {
  duration: (literal) => (typeof literal === 'string' ? readDuration(literal) : undefined),
  timestamp: (literal) =>
    typeof literal === 'string'
      ? readTimestamp(literal)
      : literal === null
        ? undefined
        : timestampOf(Number(literal), 0),
  matches: (literal) => (typeof literal === 'string' ? matches('', literal) : literal),
};

/** The elements of lists, and the keys and values of maps, are of one type; but not within arguments of `format`. */
export const oneTypeValidator: AstValidator = (ast, report) => {
  const literals = [...notFormatted(ast.expr)];
  for (const e of literals) if (e.kind === 'list') checkList(ast, e, report);
  for (const e of literals) if (e.kind === 'map') checkMap(ast, e, report);
};

function* notFormatted(e: Expr): Iterable<Expr> {
  yield e;
  if (e.kind === 'call' && e.function === 'format') return;
  for (const child of childrenOf(e)) yield* notFormatted(child);
}

function checkList(ast: CheckedAst, { elements, optional }: Extract<Expr, { kind: 'list' }>, report: Report): void {
  let first: Type | undefined;
  for (const [i, element] of elements.entries()) {
    const type = typeOf(ast, element, optional.includes(i));
    first ??= type;
    if (isSameType(first, type)) continue;
    report(element, mismatch(first, type));
    return;
  }
}

function checkMap(ast: CheckedAst, { entries }: Extract<Expr, { kind: 'map' }>, report: Report): void {
  let first: { readonly key: Type; readonly value: Type } | undefined;
  for (const entry of entries) {
    const [key, value] = [typeOf(ast, entry.key), typeOf(ast, entry.value, entry.optional)];
    first ??= { key, value };
    if (!isSameType(first.key, key)) report(entry.key, mismatch(first.key, key));
    if (!isSameType(first.value, value)) report(entry.value, mismatch(first.value, value));
  }
}

function typeOf(ast: CheckedAst, e: Expr, optional = false): Type {
  const type = ast.types.get(e.id)!;
  return optional ? type.parameters[0]! : type;
}

const mismatch = (expected: Type, found: Type): string =>
  `expected type '${String(expected)}' but found '${String(found)}'`;
