import type { Comprehension, Expr } from './ast.ts';
import type { AstFactory, NewExpr } from './ast-factory.ts';
import { operators } from './operators.ts';
import type { Value } from './values.ts';

/** The variable that folds gather in; not a name that an expression could say. */
export const accumulator = '@result';

/** What is wrong with a macro's arguments, and where. */
export class MacroError {
  readonly offset: number;
  readonly message: string;

  constructor(at: Expr, message: string) {
    this.offset = at.offset;
    this.message = message;
  }
}

/** A function that is rewritten while parsing: `x.all(i, p)` becomes a fold. */
export interface Macro {
  readonly name: string;
  /** Called as `x.name(…)`. */
  readonly receiver: boolean;
  /** Nothing for any number. */
  readonly argCount?: number;
  /** Nothing when the call isn't the macro's after all. A global macro has no target. */
  expand(build: MacroBuilder, args: readonly Expr[], target: Expr | undefined): Expr | MacroError | undefined;
}

/** Makes the nodes of a macro's expansion, all at the macro's place. */
export class MacroBuilder {
  readonly #factory: AstFactory;
  readonly #offset: number;

  constructor(factory: AstFactory, offset: number) {
    this.#factory = factory;
    this.#offset = offset;
  }

  node(node: NewExpr): Expr {
    return this.#factory.node(this.#offset, node);
  }

  literal(value: Value): Expr {
    return this.node({ kind: 'literal', value });
  }

  ident(name: string): Expr {
    return this.node({ kind: 'ident', name });
  }

  accumulated(): Expr {
    return this.ident(accumulator);
  }

  call(name: string, ...args: readonly Expr[]): Expr {
    return this.node({ kind: 'call', function: name, args });
  }

  memberCall(name: string, target: Expr, ...args: readonly Expr[]): Expr {
    return this.node({ kind: 'call', function: name, target, args });
  }

  list(...elements: readonly Expr[]): Expr {
    return this.node({ kind: 'list', elements, optional: [] });
  }

  /** `condition ? then : otherwise` */
  choice(condition: Expr, then: Expr, otherwise: Expr): Expr {
    return this.call(operators.conditional, condition, then, otherwise);
  }

  fold(fold: Omit<Comprehension, 'id' | 'offset' | 'kind' | 'accumulator'> & { readonly accumulator?: string }): Expr {
    return this.node({ accumulator, ...fold, kind: 'comprehension' });
  }

  /** A node for an argument that is used twice. */
  copy(expr: Expr): Expr {
    return this.#factory.copy(expr);
  }
}

/** The name that an argument is, where it is one. */
export const nameOf = (expr: Expr): string | undefined => (expr.kind === 'ident' ? expr.name : undefined);

export const takesAccumulator = (name: string): boolean => name === accumulator || name === '__result__';
