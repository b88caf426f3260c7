import { costs, sizeOf, traversal } from '../cost.ts';
import type { Cost, FunctionDecl, Overload } from '../declarations.ts';
import type { Env } from '../env.ts';
import { equals } from '../equality.ts';
import { conversionNames } from '../library/conversions.ts';
import { contains } from '../library/operators.ts';
import { matches } from '../library/strings.ts';
import { ArrayList } from '../lists.ts';
import { operators } from '../operators.ts';
import { PlanError } from '../program.ts';
import {
  Double,
  Duration,
  EvalError,
  isError,
  ListValue,
  MapValue,
  OpaqueValue,
  noSuchOverload,
  Optional,
  type Result,
  Timestamp,
  typeOfValue,
  Uint,
  type Value,
} from '../values.ts';
import type { Type } from '../types.ts';
import type { Plan } from './plan.ts';
import { type Eval, Run } from './run.ts';

/** Makes closures of calls. */
export class CallCompiler {
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  /** `overloads` are those that the checker left; with one, the call goes straight to it. */
  compile(name: string, overloads: readonly string[], plans: readonly Plan[], args: readonly Eval[]): Plan {
    const lazy = lazyCalls[name]?.(overloads, args);
    if (lazy) return { kind: 'computed', eval: lazy };
    if (name === operators.in && overloads.length === 1 && overloads[0] === 'in_list') {
      const known = membership(plans[1]!, args[0]!);
      if (known) return known;
    }
    const fn = this.#env.function(name);
    if (!fn) throw new PlanError(`no such overload: ${name}`);
    const overload = overloads.length === 1 ? fn.overloads.find((o) => o.id === overloads[0]) : undefined;
    const implemented = implementation(fn, overload);
    const known = hasKnownPattern(fn, plans);
    const invoke = known ? onTexts(implemented) : implemented;
    const cost = fn.cost ?? overload?.cost;
    const call = args.length > 2 || known ? inOrder(args, invoke, cost) : atOnce(args, invoke, cost);
    const [only] = plans;
    if (plans.length === 1 && only!.kind === 'constant' && conversionNames.has(name)) {
      const value = call(new Run(new Map(), 0, Infinity));
      if (isError(value)) throw new PlanError(value.message);
      return { kind: 'constant', value };
    }
    return { kind: 'computed', eval: call };
  }
}

/** Patterns that are constants are read before the first evaluation. */
function hasKnownPattern({ takesPattern }: FunctionDecl, [, pattern]: readonly Plan[]): boolean {
  if (!takesPattern || pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return false;
  const read = matches('', pattern.value);
  if (isError(read)) throw new PlanError(read.message);
  return true;
}

type Invoke = (...args: Value[]) => Result;

/** With a known pattern only texts are matched, and what else there is isn't named. */
const onTexts =
  (invoke: Invoke): Invoke =>
  (...args) =>
    typeof args[0] === 'string' ? invoke(...args) : noSuchOverload;

function implementation(fn: FunctionDecl, overload: Overload | undefined): Invoke {
  const { call } = fn;
  if (call) {
    return (...args) => {
      const result = call(...args);
      return result === undefined ? unsupported(fn.name, args[0]!) : result;
    };
  }
  const candidates = overload ? [overload] : fn.overloads;
  return (...args) => {
    for (const { parameters, call: implemented } of candidates) {
      if (implemented && parameters.length === args.length && parameters.every((p, i) => takes(p, args[i]!))) {
        return implemented(...args);
      }
    }
    return new EvalError(`no such overload: ${fn.name}(${args.map((a) => typeOfValue(a).name).join(', ')})`);
  };
}

/** Values with methods of their own say it without the function's name. */
function unsupported(name: string, receiver: Value): EvalError {
  const receives = typeof receiver === 'string' || receiver instanceof Timestamp || receiver instanceof Duration;
  return new EvalError(receives ? 'no such overload' : `no such overload: ${name}`);
}

/** Whether a parameter takes a value at run time, where nobody knows more of a list than its first element. */
function takes(type: Type, value: Value): boolean {
  if (type.nullable && value === null) return true;
  if (type.isDynamic) return true;
  if (type.name !== typeOfValue(value).name) return false;
  if (value instanceof ListValue) {
    const first = value.size > 0 ? value.at(0) : undefined;
    return first === undefined || (!isError(first) && takes(type.parameters[0]!, first));
  }
  if (value instanceof MapValue && type.kind === 'map') {
    for (const key of value.keys()) {
      const first = value.find(key);
      return (
        takes(type.parameters[0]!, key) && first !== undefined && !isError(first) && takes(type.parameters[1]!, first)
      );
    }
  }
  return true;
}

/** From this size on it matters whether a call can be afforded. */
const large = 10_000;

const isLarge = (value: Value): boolean =>
  typeof value === 'string' || value instanceof Uint8Array
    ? value.length > large
    : value instanceof ListValue && value.size > large;

/** What looks at much is refused before it looks. */
function invokeWithin(run: Run, invoke: Invoke, cost: Cost | undefined, args: readonly Value[]): Result {
  if (cost && args.some(isLarge)) run.afford(cost(args, null));
  return invoke(...args);
}

/** Up to two arguments are evaluated whatever comes of the first, and the call costs what it costs. */
function atOnce(args: readonly Eval[], invoke: Invoke, cost: Cost | undefined): Eval {
  const [first, second] = args;
  if (!first) {
    return (run) => {
      const result = invoke();
      run.charge(cost ? cost([], result) : costs.call);
      return result;
    };
  }
  if (!second) {
    return (run) => {
      const a = first(run);
      const result = isError(a) ? a : invokeWithin(run, invoke, cost, [a]);
      run.charge(cost ? cost([isError(a) ? null : a], result) : costs.call);
      return result;
    };
  }
  return (run) => {
    const a = first(run);
    const b = second(run);
    const result = isError(a) ? a : isError(b) ? b : invokeWithin(run, invoke, cost, [a, b]);
    run.charge(cost ? cost([isError(a) ? null : a, isError(b) ? null : b], result) : costs.call);
    return result;
  };
}

/** More arguments are evaluated until one fails; unless it is the last, that costs no call. */
function inOrder(args: readonly Eval[], invoke: Invoke, cost: Cost | undefined): Eval {
  return (run) => {
    const values: Value[] = [];
    let failed: EvalError | undefined;
    for (const arg of args) {
      if (failed) return failed;
      const value = arg(run);
      if (isError(value)) failed = value;
      values.push(isError(value) ? null : value);
    }
    const result = failed ?? invokeWithin(run, invoke, cost, values);
    run.charge(cost ? cost(values, result) : costs.call);
    return result;
  };
}

type LazyCall = (overloads: readonly string[], args: readonly Eval[]) => Eval | undefined;

/** Calls that look at their arguments themselves, errors included. */
const lazyCalls: Readonly<Record<string, LazyCall>> = {
  [operators.notStrictlyFalse]:
    (_, [arg]) =>
    (run) => {
      const value = arg!(run);
      run.charge(costs.call);
      return typeof value === 'boolean' ? value : true;
    },
  [operators.equals]: (_, [a, b]) => equality(a!, b!, true),
  [operators.notEquals]: (_, [a, b]) => equality(a!, b!, false),
  or: ([overload], [first, second]) =>
    overload === 'optional_or_optional' ? alternative(first!, second!, (o) => o) : undefined,
  orValue: ([overload], [first, second]) =>
    overload === 'optional_orValue_value' ? alternative(first!, second!, (o) => o.value!) : undefined,
};

function equality(a: Eval, b: Eval, wanted: boolean): Eval {
  return (run) => {
    const x = a(run);
    const y = b(run);
    run.charge(traversal(Math.min(isError(x) ? 1 : sizeOf(x), isError(y) ? 1 : sizeOf(y))));
    if (isError(x)) return x;
    if (isError(y)) return y;
    const same = y === null ? x === null : comparison(x, y);
    if (isError(same)) return wanted ? same : true;
    return same === wanted;
  };
}

/** Some values don't compare with those of another kind. */
function comparison(x: Value, y: Value): boolean | EvalError {
  if (x instanceof OpaqueValue) return x.equals(y);
  if (x instanceof ListValue && x.comparesOnlyWithLists && !(y instanceof ListValue)) return noSuchOverload;
  if (x instanceof MapValue && x.comparesOnlyWithMaps && !(y instanceof MapValue)) return noSuchOverload;
  return equals(x, y);
}

/** The first optional's value, or else what comes second, which is evaluated only then. Choosing costs nothing. */
function alternative(first: Eval, second: Eval, take: (optional: Optional) => Value): Eval {
  return (run) => {
    const optional = first(run);
    if (!(optional instanceof Optional)) return optional;
    return optional.value === undefined ? second(run) : take(optional);
  };
}

const isPrimitive = (value: Value): boolean =>
  value !== null && (typeof value !== 'object' || value instanceof Uint || value instanceof Double);

/** `x in ['a', 'b']` with nothing but constants: looked up, and free of cost. */
function membership(list: Plan, value: Eval): Plan | undefined {
  if (list.kind !== 'constant' || !(list.value instanceof ArrayList)) return undefined;
  const { values } = list.value;
  if (values.length === 0) return { kind: 'constant', value: false };
  if (!values.every(isPrimitive)) return undefined;
  const known: ReadonlySet<Value> = new Set(values);
  const find = (run: Run): Result => {
    const wanted = value(run);
    if (isError(wanted)) return wanted;
    return typeof wanted === 'string' ? known.has(wanted) : contains(wanted, list.value);
  };
  return { kind: 'computed', eval: find };
}
