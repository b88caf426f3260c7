import { ParseAborted } from './parser/aborted.ts';
import type { Expr, FieldEntry, MapEntry } from './ast.ts';

type Without<E> = E extends unknown ? Omit<E, 'id' | 'offset'> : never;

/** A node but for its number and place. */
export type NewExpr = Without<Expr>;

/** Sources are too short for so many; macros that use an argument twice, within each other, aren't. */
const mostNodes = 250_000;

/** Numbers the nodes of one expression. Throws `ParseAborted` when they get too many. */
export class AstFactory {
  #last = 0;

  next(): number {
    if (this.#last >= mostNodes) throw new ParseAborted(`expression node limit exceeded: ${mostNodes}`);
    return ++this.#last;
  }

  /** Takes a number that was made last back. */
  release(id: number): void {
    if (id === this.#last) this.#last--;
  }

  node(offset: number, node: NewExpr, id: number = this.next()): Expr {
    return { ...node, id, offset } as Expr;
  }

  /** A copy with numbers of its own, in the same places. */
  copy(expr: Expr): Expr {
    const id = this.next();
    const again = (e: Expr): Expr => this.copy(e);
    switch (expr.kind) {
      case 'literal':
      case 'ident':
        return { ...expr, id };
      case 'select':
        return { ...expr, id, operand: again(expr.operand) };
      case 'call': {
        const target = expr.target && again(expr.target);
        return { ...expr, id, ...(target && { target }), args: expr.args.map(again) };
      }
      case 'list':
        return { ...expr, id, elements: expr.elements.map(again) };
      case 'map':
        return {
          ...expr,
          id,
          entries: expr.entries.map((e): MapEntry => ({
            ...e,
            id: this.next(),
            key: again(e.key),
            value: again(e.value),
          })),
        };
      case 'struct':
        return {
          ...expr,
          id,
          entries: expr.entries.map((e): FieldEntry => ({ ...e, id: this.next(), value: again(e.value) })),
        };
      case 'comprehension':
        return {
          ...expr,
          id,
          range: again(expr.range),
          init: again(expr.init),
          condition: again(expr.condition),
          step: again(expr.step),
          result: again(expr.result),
        };
    }
  }
}
