import type { CheckedAst, Comprehension, Expr, ListLiteral, MapLiteral, Select, StructLiteral } from '../ast.ts';
import { costs } from '../cost.ts';
import type { Env } from '../env.ts';
import { ArrayList } from '../lists.ts';
import { EntryMap } from '../maps.ts';
import { operators } from '../operators.ts';
import { PlanError } from '../program.ts';
import { EvalError, isError, noSuchOverload, Optional, type Result, type Value } from '../values.ts';
import { valueText } from '../value-text.ts';
import { Attribute, isKey } from './attribute.ts';
import { CallCompiler } from './call.ts';
import { compileFold } from './fold.ts';
import { goType } from './go-type.ts';
import type { Plan } from './plan.ts';
import { type Eval, Run } from './run.ts';

type CallExpr = Extract<Expr, { kind: 'call' }>;

/** Makes closures of a checked expression, once, so that evaluating it looks nothing up that is known before. */
export class Compiler {
  readonly #env: Env;
  readonly #ast: CheckedAst;
  readonly #calls: CallCompiler;
  /** The variables of the macros around a node, innermost last, and where they are kept. */
  #scopes: readonly (readonly [name: string, read: Eval])[] = [];
  #slots = 0;

  constructor(env: Env, ast: CheckedAst) {
    this.#env = env;
    this.#ast = ast;
    this.#calls = new CallCompiler(env);
  }

  compile(): { readonly eval: Eval; readonly slots: number } {
    const root = this.eval(this.#ast.expr);
    return { eval: root, slots: this.#slots };
  }

  eval(expr: Expr): Eval {
    return finished(this.#plan(expr));
  }

  slot(): number {
    return this.#slots++;
  }

  /** Compiles with variables that are read in their own way. */
  within<T>(variables: readonly (readonly [string, Eval])[], compile: () => T): T {
    const outer = this.#scopes;
    this.#scopes = [...outer, ...variables];
    const made = compile();
    this.#scopes = outer;
    return made;
  }

  #plan(expr: Expr): Plan {
    switch (expr.kind) {
      case 'literal':
        return { kind: 'constant', value: expr.value };
      case 'ident':
        return this.#ident(expr.id, expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return { kind: 'computed', eval: this.#struct(expr) };
      case 'comprehension':
        return { kind: 'computed', eval: this.#fold(expr) };
    }
  }

  #ident(id: number, name: string): Plan {
    const local = this.#scopes.findLast(([n]) => n === name)?.[1];
    if (local) return this.#attribute(local);
    const named =
      this.#ast.types.get(id)?.kind === 'type' && !this.#env.variable(name) ? this.#env.typeNamed(name) : undefined;
    if (named) return { kind: 'constant', value: named };
    const missing = new EvalError(`no such attribute(s): ${name}`);
    return this.#attribute((run) => {
      const value = run.activation.get(name);
      return value === undefined ? missing : value;
    });
  }

  #attribute(root: Eval): Extract<Plan, { kind: 'attribute' }> {
    const attribute = new Attribute({ kind: 'value', eval: root }, this.#env.presenceTestHasCost);
    return { kind: 'attribute', attribute };
  }

  /** What a node is, as something to select from. */
  #selectable(expr: Expr): Attribute {
    const plan = this.#plan(expr);
    return plan.kind === 'attribute' ? plan.attribute : this.#attribute(finished(plan)).attribute;
  }

  #select({ operand, field, testOnly }: Select): Plan {
    const attribute = this.#selectable(operand);
    attribute.add({ key: field, optional: false, testOnly });
    return { kind: 'attribute', attribute };
  }

  #call(expr: CallExpr): Plan {
    const name = expr.function;
    const [first, second, third] = expr.args as [Expr, Expr, Expr];
    switch (name) {
      case operators.and:
      case operators.or:
        return {
          kind: 'computed',
          eval: logic(
            name === operators.or,
            expr.args.map((a) => this.eval(a)),
          ),
        };
      case operators.conditional:
        return this.#choice(first, second, third);
      case operators.index:
        return this.#index(first, second, false);
      case operators.optionalIndex:
      case operators.optionalSelect:
        return this.#index(first, second, true);
    }
    const plans = [...(expr.target ? [expr.target] : []), ...expr.args].map((a) => this.#plan(a));
    const overloads = this.#ast.references.get(expr.id)?.overloads ?? [];
    return this.#calls.compile(name, overloads, plans, plans.map(finished));
  }

  #choice(condition: Expr, then: Expr, otherwise: Expr): Plan {
    const test = this.eval(condition);
    const root = {
      kind: 'choice',
      condition: test,
      chosen: this.#side(then),
      otherwise: this.#side(otherwise),
    } as const;
    return { kind: 'attribute', attribute: new Attribute(root, this.#env.presenceTestHasCost) };
  }

  /** A side of a choice that is a plain variable costs nothing: so upstream counts. */
  #side(expr: Expr): Attribute {
    return this.#selectable(expr);
  }

  #index(container: Expr, index: Expr, optional: boolean): Plan {
    const attribute = this.#selectable(container);
    const at = this.#plan(index);
    if (at.kind === 'constant' && !isKey(at.value)) throw new PlanError(`invalid qualifier type: ${goType(at.value)}`);
    const key = at.kind === 'constant' ? at.value : at.kind === 'attribute' ? at.attribute.resolver() : at.eval;
    attribute.add({ key, optional, testOnly: false });
    return { kind: 'attribute', attribute };
  }

  #list({ elements, optional }: ListLiteral): Plan {
    const plans = elements.map((e) => this.#plan(e));
    const evals = plans.map(finished);
    const isOptional = elements.map((_, i) => optional.includes(i));
    const make = (run: Run): Result => {
      const made: Value[] = [];
      for (let i = 0; i < evals.length; i++) {
        const element = evals[i]!(run);
        if (isError(element)) return element;
        if (!isOptional[i]) made.push(element);
        else if (!(element instanceof Optional)) {
          return new EvalError(`cannot initialize optional list element from non-optional value ${valueText(element)}`);
        } else if (element.value !== undefined) made.push(element.value);
      }
      return new ArrayList(made);
    };
    return literal(plans, costs.list, make);
  }

  #map({ entries }: MapLiteral): Plan {
    const plans = entries.map((e) => ({ key: this.#plan(e.key), value: this.#plan(e.value), optional: e.optional }));
    const evals = plans.map((p) => ({ key: finished(p.key), value: finished(p.value), optional: p.optional }));
    const make = (run: Run): Result => {
      const made = new EntryMap();
      for (const entry of evals) {
        const key = entry.key(run);
        if (isError(key)) return key;
        const value = entry.value(run);
        if (isError(value)) return value;
        if (!entry.optional) made.set(key, value);
        else if (!(value instanceof Optional)) return notOptional(valueText(key), value);
        else if (value.value === undefined) made.delete(key);
        else made.set(key, value.value);
      }
      return made;
    };
    return literal(
      plans.flatMap((p) => [p.key, p.value]),
      costs.map,
      make,
    );
  }

  #struct({ type, entries }: StructLiteral): Eval {
    const declared = this.#env.objectType(type);
    const evals = entries.map((e) => ({ field: e.field, value: this.eval(e.value), optional: e.optional }));
    return costing(costs.struct, (run) => {
      const fields = new Map<string, Value>();
      for (const { field, value: evaluate, optional } of evals) {
        const value = evaluate(run);
        if (isError(value)) return value;
        if (!optional) fields.set(field, value);
        else if (!(value instanceof Optional)) return notOptional(field, value);
        else if (value.value === undefined) fields.delete(field);
        else fields.set(field, value.value);
      }
      return declared?.construct?.(fields) ?? new EvalError(`unknown type '${type}'`);
    });
  }

  #fold(expr: Comprehension): Eval {
    return compileFold(this, expr);
  }
}

export const finished = (plan: Plan): Eval => {
  if (plan.kind === 'computed') return plan.eval;
  if (plan.kind === 'attribute') return plan.attribute.compile();
  const { value } = plan;
  return () => value;
};

/** A list or map. Of constants it is made once, and free. */
function literal(parts: readonly Plan[], cost: number, make: Eval): Plan {
  if (parts.some((p) => p.kind !== 'constant')) return { kind: 'computed', eval: costing(cost, make) };
  const made = make(new Run(new Map(), 0, Infinity));
  return isError(made) ? { kind: 'computed', eval: () => made } : { kind: 'constant', value: made };
}

const costing =
  (cost: number, evaluate: Eval): Eval =>
  (run) => {
    const result = evaluate(run);
    run.charge(cost);
    return result;
  };

const notOptional = (name: string, value: Value): EvalError =>
  new EvalError(`cannot initialize optional entry '${name}' from non-optional value ${valueText(value)}`);

/** `&&` and `||` end at the first term that decides, and forget errors before it. */
function logic(deciding: boolean, terms: readonly Eval[]): Eval {
  return (run) => {
    let error: EvalError | undefined;
    for (const term of terms) {
      const value = term(run);
      if (value === deciding) return deciding;
      if (typeof value !== 'boolean') error ??= isError(value) ? value : noSuchOverload;
    }
    return error ?? !deciding;
  };
}
