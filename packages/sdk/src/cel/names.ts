import type { Expr } from './ast.ts';
import type { Env } from './env.ts';
import { type Type, types } from './types.ts';

/** What a name stands for. */
export interface Name {
  /** In full, with its namespace. */
  readonly name: string;
  readonly type: Type;
}

/** The names that can be said at a place: those of an environment, and the variables of the macros around it. */
export class Names {
  readonly #env: Env;
  #scopes: readonly ReadonlyMap<string, Type>[] = [];

  constructor(env: Env) {
    this.#env = env;
  }

  /** Variables of macros first, then declared ones, then types. */
  lookup(name: string): Name | undefined {
    for (const candidate of this.#env.candidates(name)) {
      const variable = this.#scopes.findLast((s) => s.has(candidate))?.get(candidate) ?? this.#env.variable(candidate);
      if (variable) return { name: candidate, type: variable };
      const type = this.#env.typeNamed(candidate);
      if (type) return { name: candidate, type: types.typeOf(type) };
    }
    return undefined;
  }

  /** With more variables as long as `check` runs. */
  within<T>(variables: ReadonlyMap<string, Type>, check: () => T): T {
    const outer = this.#scopes;
    this.#scopes = [...outer, variables];
    const checked = check();
    this.#scopes = outer;
    return checked;
  }
}

/** `a.b.c` as one name, when an expression is nothing but that. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
