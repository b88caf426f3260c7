import type { Call, CheckedAst, Comprehension, Expr, ListLiteral, MapLiteral, Select } from '../ast.ts';
import type { ArgumentToEstimate, CallEstimate, CallToEstimate, Estimate } from '../declarations.ts';
import type { Type } from '../types.ts';
import { either, exactly, product, sum, unbounded, unknown } from './estimates.ts';
import { characters } from './sizes.ts';
import { standardEstimate } from './standard-costs.ts';

/** What is known of a value from the way to it: `['self', 'items', '@items', 'name']`. */
export type SizeAt = (path: readonly string[]) => Estimate | undefined;

export interface CostKnowledge {
  readonly sizeAt?: SizeAt;
  /** What a call costs beside its arguments, where that isn't the standard functions' business. */
  readonly estimate: (call: CallToEstimate, name: string) => CallEstimate | undefined;
}

/** What evaluating a checked expression may cost, as upstream reckons. */
export const estimateCost = (ast: CheckedAst, knowledge: CostKnowledge): Estimate =>
  new Reckoning(ast, knowledge).cost(ast.expr);

/** The sizes of what a list or map holds. */
interface EntrySize {
  readonly container: 'list' | 'map';
  readonly key: Estimate;
  readonly value: Estimate;
}

interface Local {
  readonly path: readonly string[];
  readonly size?: Estimate | undefined;
  readonly entrySize?: EntrySize | undefined;
}

const none: Estimate = exactly(0);
const one: Estimate = exactly(1);
const listCost: Estimate = exactly(10);
const mapCost: Estimate = exactly(30);
const structCost: Estimate = exactly(40);
const accumulators = new Set(['__result__', '@result']);

class Reckoning {
  readonly #ast: CheckedAst;
  readonly #knowledge: CostKnowledge;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, Estimate>();
  readonly #entrySizes = new Map<number, EntrySize>();
  readonly #locals = new Map<string, Local[]>();

  constructor(ast: CheckedAst, knowledge: CostKnowledge) {
    this.#ast = ast;
    this.#knowledge = knowledge;
  }

  cost(e: Expr): Estimate {
    switch (e.kind) {
      case 'literal':
        return none;
      case 'ident':
        this.#paths.set(e.id, this.#local(e.name)?.path ?? [e.name]);
        return one;
      case 'select':
        return this.#select(e);
      case 'call':
        return this.#call(e);
      case 'list':
        return this.#list(e);
      case 'map':
        return this.#map(e);
      case 'struct':
        return sum(...e.entries.map(({ value }) => this.cost(value)), structCost);
      case 'comprehension':
        return isBinding(e) ? this.#binding(e) : this.#comprehension(e);
    }
  }

  #select(e: Select): Estimate {
    const operand = this.cost(e.operand);
    if (e.testOnly) return operand;
    this.#paths.set(e.id, [...this.#pathOf(e.operand), e.field]);
    const { kind } = this.#typeOf(e.operand);
    return kind === 'map' || kind === 'struct' || kind === 'param' ? sum(operand, one) : operand;
  }

  #call(e: Call): Estimate {
    const [argument] = e.args;
    if (e.function === 'dyn' && argument) {
      const cost = this.cost(argument);
      this.#copySizes(e, argument);
      return sum(cost, one);
    }
    const argCosts = e.args.map((a) => this.cost(a));
    const args = e.args.map((a) => this.#argument(a));
    const overloads = this.#ast.references.get(e.id)?.overloads ?? [];
    if (!overloads.length) return none;
    const targetCost = e.target ? this.cost(e.target) : none;
    const target = e.target && this.#argument(e.target);
    let cost: Estimate | undefined;
    let resultSize: Estimate | undefined;
    for (const overload of overloads) {
      const call: CallToEstimate = target ? { overload, target, args } : { overload, args };
      const of = this.#overload(e, call, argCosts);
      cost = cost ? either(cost, of.cost) : of.cost;
      if (of.resultSize) resultSize = resultSize ? either(resultSize, of.resultSize) : of.resultSize;
      if (argument && (overload === 'index_list' || overload === 'index_map')) {
        resultSize = this.#entrySizeOf(argument)?.value;
        this.#paths.set(e.id, [...this.#pathOf(argument), overload === 'index_list' ? '@items' : '@values']);
      }
      resultSize ??= this.#sizeOf(e);
    }
    if (resultSize) this.#sizes.set(e.id, resultSize);
    return sum(targetCost, cost!);
  }

  /** What one overload costs with its arguments, of which not all need be evaluated. */
  #overload(e: Call, call: CallToEstimate, argCosts: readonly Estimate[]): CallEstimate {
    const { overload } = call;
    const known = this.#knowledge.estimate(call, e.function);
    if (known) return { ...known, cost: sum(known.cost, ...argCosts) };
    const standard = standardEstimate(call);
    const [first, second, third] = argCosts;
    if (overload === 'logical_or' || overload === 'logical_and') {
      return { cost: { min: first!.min, max: sum(first!, second!).max } };
    }
    if (overload === 'conditional') {
      this.#setEntrySize(e, unionOf(this.#entrySizeOf(e.args[1]!), this.#entrySizeOf(e.args[2]!)));
      return { ...standard, cost: sum(first!, either(second!, third!)) };
    }
    if (/^add_(string|bytes|list)$/.test(overload)) {
      this.#setEntrySize(e, unionOf(this.#entrySizeOf(e.args[0]!), this.#entrySizeOf(e.args[1]!)));
    }
    return { ...standard, cost: sum(standard.cost, ...argCosts) };
  }

  #list(e: ListLiteral): Estimate {
    let value: Estimate = { min: e.elements.length ? unbounded : 0, max: 0 };
    const costs = e.elements.map((element) => {
      const cost = this.cost(element);
      value = either(value, this.#sizeOf(element) ?? unknown);
      return cost;
    });
    this.#entrySizes.set(e.id, { container: 'list', key: one, value });
    return sum(...costs, listCost);
  }

  #map(e: MapLiteral): Estimate {
    const start: Estimate = { min: e.entries.length ? unbounded : 0, max: 0 };
    let [key, value] = [start, start];
    const costs = e.entries.map((entry) => {
      const cost = sum(this.cost(entry.key), this.cost(entry.value));
      key = either(key, this.#sizeOf(entry.key) ?? unknown);
      value = either(value, this.#sizeOf(entry.value) ?? unknown);
      return cost;
    });
    this.#entrySizes.set(e.id, { container: 'map', key, value });
    return sum(...costs, mapCost);
  }

  #comprehension(e: Comprehension): Estimate {
    const before = sum(this.cost(e.range), this.cost(e.init));
    this.#push(e.accumulator, this.#localFor(e.init));
    this.#push(e.variable, this.#entry(e.range, e.variable2 === undefined ? 'single' : 'key'));
    if (e.variable2 !== undefined) this.#push(e.variable2, this.#entry(e.range, 'value'));
    const round = sum(this.cost(e.condition), this.cost(e.step));
    if (e.variable2 !== undefined) this.#pop(e.variable2);
    this.#pop(e.variable);
    const result = this.cost(e.result);
    this.#pop(e.accumulator);
    const rounds = this.#sizeOf(e.range) ?? unknown;
    if (e.init.kind === 'literal') {
      const size = this.#sizeOf(e.init);
      if (size) this.#sizes.set(e.id, size);
    } else if (e.init.kind === 'list' || e.init.kind === 'map') {
      this.#sizes.set(e.id, rounds);
      this.#setEntrySize(e, this.#entrySizeOf(e.step));
    }
    return sum(before, result, product(rounds, round));
  }

  /** `cel.bind`: a comprehension that only names a value. */
  #binding(e: Comprehension): Estimate {
    const before = sum(this.cost(e.range), this.cost(e.init));
    this.#push(e.accumulator, this.#localFor(e.init));
    const result = this.cost(e.result);
    this.#copySizes(e, e.result);
    this.#pop(e.accumulator);
    return sum(before, result);
  }

  #entry(range: Expr, part: 'single' | 'key' | 'value'): Local {
    const entry = this.#entrySizeOf(range);
    const isList = (entry?.container ?? this.#typeOf(range).kind) === 'list';
    const isKey = part === 'key' || (part === 'single' && !isList);
    const step = isKey ? (isList ? '@indices' : '@keys') : isList ? '@items' : '@values';
    return { path: [...this.#pathOf(range), step], size: isKey ? entry?.key : entry?.value };
  }

  #localFor(e: Expr): Local {
    return { path: this.#pathOf(e), size: this.#sizeOf(e), entrySize: this.#entrySizeOf(e) };
  }

  #argument(expr: Expr): ArgumentToEstimate {
    const path = this.#pathOf(expr);
    const known = accumulators.has(path[0] ?? '') ? [] : path;
    const sizeAt = this.#knowledge.sizeAt;
    return {
      expr,
      type: this.#typeOf(expr),
      path: known,
      size: this.#sizeOf(expr) ?? unknown,
      elementSize: (known.length ? sizeAt?.([...known, '@items']) : undefined) ?? unknown,
    };
  }

  #sizeOf(e: Expr): Estimate | undefined {
    const found = this.#sizes.get(e.id) ?? literalSize(e);
    if (found) return found;
    const path = this.#pathOf(e);
    const known = path.length ? this.#knowledge.sizeAt?.(path) : undefined;
    if (known) {
      this.#sizes.set(e.id, known);
      return known;
    }
    if (isScalar(this.#typeOf(e))) return one;
    return e.kind === 'ident' ? this.#local(e.name)?.size : undefined;
  }

  #entrySizeOf(e: Expr): EntrySize | undefined {
    return this.#entrySizes.get(e.id) ?? (e.kind === 'ident' ? this.#local(e.name)?.entrySize : undefined);
  }

  #setEntrySize(e: Expr, size: EntrySize | undefined): void {
    if (size) this.#entrySizes.set(e.id, size);
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.#sizeOf(from);
    if (size) this.#sizes.set(to.id, size);
    this.#setEntrySize(to, this.#entrySizeOf(from));
  }

  #pathOf(e: Expr): readonly string[] {
    return (e.kind === 'ident' ? this.#local(e.name)?.path : undefined) ?? this.#paths.get(e.id) ?? [];
  }

  #typeOf(e: Expr): Type {
    return this.#ast.types.get(e.id)!;
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #push(name: string, local: Local): void {
    const stack = this.#locals.get(name);
    if (stack) stack.push(local);
    else this.#locals.set(name, [local]);
  }

  #pop(name: string): void {
    this.#locals.get(name)!.pop();
  }
}

const isBinding = ({ range, condition, accumulator }: Comprehension): boolean =>
  range.kind === 'list' &&
  !range.elements.length &&
  condition.kind === 'literal' &&
  condition.value === false &&
  accumulator !== '__result__';

const unionOf = (a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined =>
  a && b && { container: a.container, key: either(a.key, b.key), value: either(a.value, b.value) };

function literalSize(e: Expr): Estimate | undefined {
  if (e.kind === 'list') return exactly(e.elements.length);
  if (e.kind === 'map') return exactly(e.entries.length);
  if (e.kind !== 'literal') return undefined;
  if (typeof e.value === 'string') return exactly(characters(e.value));
  return exactly(e.value instanceof Uint8Array ? e.value.length : 1);
}

const scalars = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

/** Of a size that is known without looking: not so what might be anything. */
const isScalar = (type: Type): boolean =>
  scalars.has(type.kind) ? !type.nullable : type.isOptional && isScalar(type.parameters[0]!);
