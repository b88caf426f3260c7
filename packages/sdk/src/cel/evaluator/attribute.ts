import { costs } from '../cost.ts';
import { isInt } from '../numbers.ts';
import { valueText } from '../value-text.ts';
import {
  Double,
  EvalError,
  intOf,
  isError,
  ListValue,
  MapValue,
  noSuchOverload,
  Optional,
  type Result,
  typeOfValue,
  Uint,
  type Value,
} from '../values.ts';
import { goType } from './go-type.ts';
import type { Eval, Run } from './run.ts';

/** Where an attribute begins: at something that is evaluated, or at one of two attributes. */
export type Root =
  | { readonly kind: 'value'; readonly eval: Eval }
  | { readonly kind: 'choice'; readonly condition: Eval; readonly chosen: Attribute; readonly otherwise: Attribute };

export interface Qualifier {
  /** What is selected: known, or computed each time. */
  readonly key: Value | Eval;
  /** `.?field`, `[?index]` */
  readonly optional: boolean;
  /** `has(….field)` */
  readonly testOnly: boolean;
}

/** A root and the selections from it. It is compiled when nobody adds to it any more. */
export class Attribute {
  readonly #root: Root;
  readonly #qualifiers: Qualifier[] = [];
  readonly #testHasCost: boolean;

  constructor(root: Root, testHasCost: boolean) {
    this.#root = root;
    this.#testHasCost = testHasCost;
  }

  /** Selections from a choice are selections from either of its sides. */
  add(qualifier: Qualifier): void {
    if (this.#root.kind === 'choice') {
      this.#root.chosen.add(qualifier);
      this.#root.otherwise.add(qualifier);
    } else this.#qualifiers.push(qualifier);
  }

  /** As a value of its own, which costs a selection; a choice costs what its sides do, and a test only where so configured. */
  compile(): Eval {
    const resolve = this.resolver();
    if (this.#root.kind === 'choice') return resolve;
    const isTest = this.#qualifiers.some((q) => q.testOnly);
    const cost = isTest && !this.#testHasCost ? 0 : costs.selection;
    return (run) => {
      const result = resolve(run);
      run.charge(cost);
      return isTest && result instanceof Optional ? result.value !== undefined : result;
    };
  }

  /** As a part of something that accounts for it: a side of a choice, an index. */
  resolver(): Eval {
    if (this.#root.kind === 'choice') {
      const { condition } = this.#root;
      const chosen = this.#root.chosen.resolver();
      const otherwise = this.#root.otherwise.resolver();
      return (run) => {
        const holds = condition(run);
        if (holds === true) return chosen(run);
        if (holds === false) return otherwise(run);
        return isError(holds) ? holds : noSuchOverload;
      };
    }
    const root = this.#root.eval;
    const qualifiers = [...this.#qualifiers];
    if (qualifiers.length === 0) return root;
    return (run) => {
      const value = root(run);
      return isError(value) ? value : select(run, value, qualifiers);
    };
  }
}

/** From where a value is optional on, selections give optionals, and nothing where they find nothing. */
function select(run: Run, from: Value, qualifiers: readonly Qualifier[]): Result {
  let value: Result = from;
  let optional = false;
  if (from instanceof Optional) {
    if (from.value === undefined) return from;
    value = from.value;
    optional = true;
  }
  for (const { key, optional: asked, testOnly } of qualifiers) {
    optional ||= asked;
    const at = typeof key === 'function' ? key(run) : key;
    if (isError(at)) return charged(run, at, !optional);
    if (!isKey(at)) return charged(run, new EvalError(`invalid qualifier type: ${goType(at)}`), !optional);
    const found: Result | undefined = find(value, at, optional || testOnly);
    if (found === undefined && optional) return Optional.none;
    if (found !== undefined && isError(found)) return charged(run, found, !optional);
    run.charge(costs.selection);
    if (found === undefined) return false;
    value = testOnly && !optional ? true : found;
  }
  return optional ? Optional.of(value) : value;
}

/** Whether a value can select at all. */
export const isKey = (value: Value): boolean =>
  value !== null && (typeof value !== 'object' || value instanceof Uint || value instanceof Double);

/** A selection that fails costs as if it hadn't, unless it was an optional one. */
function charged(run: Run, failed: EvalError, counts: boolean): EvalError {
  if (counts) run.charge(costs.selection);
  return failed;
}

/** Nothing where there is nothing and `maybe` lets that pass. */
function find(container: Value, key: Value, maybe: boolean): Result | undefined {
  if (container instanceof MapValue) {
    const found = container.find(key);
    return found === undefined && !maybe ? missingKey(key) : found;
  }
  if (container instanceof ListValue) {
    const index = indexOf(key);
    if (index instanceof EvalError) return index;
    if (index >= 0 && index < container.size) {
      if (container.takesOnlyInts && !isInt(key)) return new EvalError(`unsupported index: ${valueText(key)}`);
      return container.at(index);
    }
    return maybe ? undefined : new EvalError(`index out of bounds: ${valueText(key)}`);
  }
  return maybe ? undefined : missingKey(key);
}

const missingKey = (key: Value): EvalError => new EvalError(`no such key: ${valueText(key)}`);

function indexOf(key: Value): number | EvalError {
  if (typeof key === 'number') return key;
  if (typeof key === 'bigint') return Number(key);
  if (!(key instanceof Uint || key instanceof Double)) {
    return new EvalError(`unsupported index type '${typeOfValue(key).name}' in list`);
  }
  const whole = Number.isInteger(Number(key.value)) ? intOf(BigInt(key.value)) : undefined;
  return whole === undefined ? new EvalError(`unsupported index value ${valueText(key)} in list`) : Number(whole);
}
