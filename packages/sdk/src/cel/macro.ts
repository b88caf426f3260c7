import type { Expr } from './ast.ts';

/** What a macro builds its expansion with: every node gets the next number and the place of the macro. */
export interface ExprFactory {
  /** A node at the macro's place; give all of it but `id` and `offset`. */
  node<E extends Expr>(node: Omit<E, 'id' | 'offset'>): E;
  /** A copy with numbers of its own, for an argument that is used twice. */
  copy(expr: Expr): Expr;
  error(at: Expr, message: string): MacroError;
}

export class MacroError {
  readonly offset: number;
  readonly message: string;

  constructor(offset: number, message: string) {
    this.offset = offset;
    this.message = message;
  }
}

/** A function that is rewritten while parsing: `x.all(i, p)` becomes a fold. */
export interface Macro {
  readonly name: string;
  readonly receiver: boolean;
  /** Nothing for any number. */
  readonly argCount?: number;
  /** Nothing when the call isn't the macro's after all. */
  expand(factory: ExprFactory, target: Expr | undefined, args: readonly Expr[]): Expr | MacroError | undefined;
}
