import type { Expr } from '../ast.ts';

/** An expression and everything in it. */
export function* descendants(e: Expr): Iterable<Expr> {
  yield e;
  for (const child of childrenOf(e)) yield* descendants(child);
}

export function childrenOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [e.operand];
    case 'call':
      return [...(e.target ? [e.target] : []), ...e.args];
    case 'list':
      return e.elements;
    case 'map':
      return e.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return e.entries.map(({ value }) => value);
    case 'comprehension':
      return [e.range, e.init, e.condition, e.step, e.result];
  }
}
