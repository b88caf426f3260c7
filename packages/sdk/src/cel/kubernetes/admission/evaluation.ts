import { readDynamic } from '../../json-values.ts';
import type { Activation } from '../../program.ts';
import { EvalError, isError, MapValue, type Result, type Value } from '../../values.ts';
import { unescapeIdentifier } from '../escaping.ts';
import { type AccessQuestion, type AskAccess, authorizerValue, resourceCheckValue } from '../library/authorizer.ts';
import { perCallBudget } from '../rules/rule-set.ts';
import type { CompiledExpression } from './policy-compiler.ts';

/** What the expressions of a policy are told, as JSON. */
export interface PolicyInput {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
  readonly params?: unknown;
  readonly namespaceObject?: unknown;
  /** Who may do what; without it expressions can't ask. */
  readonly access?: {
    readonly ask: AskAccess;
    readonly resource: Required<Pick<AccessQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>>;
  };
}

export interface NamedExpression {
  readonly name: string;
  readonly compiled: CompiledExpression;
}

export interface PolicyExpression {
  readonly source: string;
  readonly compiled: CompiledExpression;
}

export type Outcome = { readonly value: Value } | { readonly error: string };

export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** What all the expressions of one purpose say, and what is left of the budget; throws `OutOfBudget` when they cost too much. */
export function evaluateAll(
  expressions: readonly PolicyExpression[],
  input: PolicyInput,
  { variables, budget }: { readonly variables: readonly NamedExpression[]; readonly budget: number },
): { readonly outcomes: readonly Outcome[]; readonly remaining: number } {
  const activation = new PolicyActivation(input, variables);
  let remaining = budget;
  const outcomes = expressions.map(({ source, compiled }): Outcome => {
    if ('problem' in compiled) return { error: `compilation error: ${compiled.problem}` };
    const { result, cost } = compiled.program.eval(activation, { budget: perCallBudget });
    remaining -= activation.takeVariablesCost() + cost;
    if (remaining < 0) throw new OutOfBudget();
    return isError(result)
      ? { error: `expression '${source}' resulted in error: ${result.message}` }
      : { value: result };
  });
  return { outcomes, remaining };
}

class PolicyActivation implements Activation {
  readonly #input: PolicyInput;
  readonly #variables: LazyVariables;

  constructor(input: PolicyInput, variables: readonly NamedExpression[]) {
    this.#input = input;
    this.#variables = new LazyVariables(variables, this);
  }

  get(name: string): Result | undefined {
    const { access } = this.#input;
    switch (name) {
      case 'object':
      case 'oldObject':
      case 'request':
      case 'params':
      case 'namespaceObject':
        return readDynamic.read(this.#input[name]);
      case 'authorizer':
        return access && authorizerValue(access.ask);
      case 'authorizer.requestResource':
        return access && resourceCheckValue(access.ask, access.resource);
      case 'variables':
        return this.#variables;
      default:
        return undefined;
    }
  }

  takeVariablesCost(): number {
    return this.#variables.takeCost();
  }
}

/** Variables are evaluated when they are first asked for, and once. */
class LazyVariables extends MapValue {
  readonly #compiled: ReadonlyMap<string, CompiledExpression>;
  readonly #activation: Activation;
  readonly #values = new Map<string, Result>();
  #cost = 0;

  constructor(variables: readonly NamedExpression[], activation: Activation) {
    super();
    this.#compiled = new Map(variables.map(({ name, compiled }) => [name, compiled]));
    this.#activation = activation;
  }

  get size(): number {
    return this.#compiled.size;
  }

  find(key: Value): Result | undefined {
    if (typeof key !== 'string') return new EvalError('no such overload');
    const name = unescapeIdentifier(key);
    const compiled = name === undefined ? undefined : this.#compiled.get(name);
    if (name === undefined || !compiled) return undefined;
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = this.#evaluate(name, compiled);
    this.#values.set(name, value);
    return value;
  }

  keys(): Iterable<Value> {
    return this.#compiled.keys();
  }

  takeCost(): number {
    const cost = this.#cost;
    this.#cost = 0;
    return cost;
  }

  #evaluate(name: string, compiled: CompiledExpression): Result {
    if ('problem' in compiled) {
      return new EvalError(`composited variable "${name}" fails to compile: ${compiled.problem}`);
    }
    const { result, cost } = compiled.program.eval(this.#activation, { budget: perCallBudget });
    this.#cost += cost;
    return isError(result)
      ? new EvalError(`composited variable "${name}" fails to evaluate: ${result.message}`)
      : result;
  }
}
