import { concat } from '../lists.ts';
import { compare, equals } from '../equality.ts';
import { sizeOf, traversal } from '../cost.ts';
import type { Cost, FunctionDecl, Overload } from '../declarations.ts';
import { durationOf } from '../durations.ts';
import { calculate, isInt } from '../numbers.ts';
import { operators } from '../operators.ts';
import { between, durationOverflow, plusDuration } from '../timestamps.ts';
import { type Type, types } from '../types.ts';
import {
  Double,
  Duration,
  EvalError,
  ListValue,
  MapValue,
  noSuchOverload,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';

const a = types.param('A');
const b = types.param('B');
const listOfA = types.list(a);
const mapOfAB = types.map(a, b);

const overload = (id: string, parameters: readonly Type[], result: Type, cost?: Cost): Overload => ({
  id,
  parameters,
  result,
  ...(cost && { cost }),
});

const costOfBoth: Cost = ([x, y]) => traversal(sizeOf(x!) + sizeOf(y!));
const costOfShorter: Cost = ([x, y]) => traversal(Math.min(sizeOf(x!), sizeOf(y!)));

const { bool, bytes, double, duration, int, string, timestamp, uint } = types;

function add(x: Value, y: Value): Result | undefined {
  if (typeof x === 'string') return typeof y === 'string' ? x + y : noSuchOverload;
  if (x instanceof ListValue) return y instanceof ListValue ? concat(x, y) : noSuchOverload;
  if (x instanceof Uint8Array) return y instanceof Uint8Array ? Buffer.concat([x, y]) : noSuchOverload;
  if (x instanceof Duration) {
    if (y instanceof Timestamp) return plusDuration(y, x);
    return y instanceof Duration ? (durationOf(x.nanos + y.nanos) ?? durationOverflow) : noSuchOverload;
  }
  if (x instanceof Timestamp) return y instanceof Duration ? plusDuration(x, y) : noSuchOverload;
  return isNumber(x) ? (calculate('add', x, y) ?? noSuchOverload) : undefined;
}

function subtract(x: Value, y: Value): Result | undefined {
  if (x instanceof Duration) {
    return y instanceof Duration ? (durationOf(x.nanos - y.nanos) ?? durationOverflow) : noSuchOverload;
  }
  if (x instanceof Timestamp) {
    if (y instanceof Timestamp) return between(y, x);
    return y instanceof Duration ? plusDuration(x, new Duration(-y.nanos)) : noSuchOverload;
  }
  return isNumber(x) ? (calculate('subtract', x, y) ?? noSuchOverload) : undefined;
}

const isNumber = (value: Value): boolean => isInt(value) || value instanceof Uint || value instanceof Double;

const arithmetic =
  (operator: 'multiply' | 'divide' | 'modulo') =>
  (x: Value, y: Value): Result | undefined =>
    isNumber(x) && !(operator === 'modulo' && x instanceof Double)
      ? (calculate(operator, x, y) ?? noSuchOverload)
      : undefined;

function negate(x: Value): Result | undefined {
  if (isInt(x)) return calculate('subtract', 0, x);
  if (x instanceof Double) return new Double(-x.value);
  if (x instanceof Duration) return durationOf(-x.nanos) ?? durationOverflow;
  return typeof x === 'boolean' ? noSuchOverload : undefined;
}

const isComparable = (value: Value): boolean =>
  isNumber(value) ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Uint8Array ||
  value instanceof Timestamp ||
  value instanceof Duration;

const comparison =
  (holds: (order: number) => boolean) =>
  (x: Value, y: Value): Result | undefined => {
    if (!isComparable(x)) return undefined;
    const order = compare(x, y);
    return order instanceof EvalError ? order : holds(order);
  };

const numericNames = { int64: int, uint64: uint, double } as const;

/** Every number with every other, and everything else with its like. */
function comparisonOverloads(name: string): Overload[] {
  const numbers = Object.entries(numericNames).flatMap(([x, xType]) =>
    Object.entries(numericNames).map(([y, yType]) =>
      overload(x === y ? `${name}_${x}` : `${name}_${x}_${y}`, [xType, yType], bool),
    ),
  );
  return [
    overload(`${name}_bool`, [bool, bool], bool),
    ...numbers,
    overload(`${name}_string`, [string, string], bool, costOfShorter),
    overload(`${name}_bytes`, [bytes, bytes], bool, costOfShorter),
    overload(`${name}_timestamp`, [timestamp, timestamp], bool),
    overload(`${name}_duration`, [duration, duration], bool),
  ];
}

/** Whether a list has an element equal to a value, or a map such a key. */
export function contains(value: Value, container: Value): Result {
  if (container instanceof MapValue) {
    const found = container.find(value);
    return found instanceof EvalError ? found : found !== undefined;
  }
  if (!(container instanceof ListValue)) return noSuchOverload;
  for (let i = 0; i < container.size; i++) {
    const element = container.at(i);
    if (!(element instanceof EvalError) && equals(value, element)) return true;
  }
  return false;
}

const not = (x: Value): Result => (typeof x === 'boolean' ? !x : noSuchOverload);

/** The operators that are called like functions. What evaluates its operands in a way of its own is declared here for its types. */
export const operatorFunctions: readonly FunctionDecl[] = [
  { name: operators.conditional, overloads: [overload('conditional', [bool, a, a], a)] },
  { name: operators.and, overloads: [overload('logical_and', [bool, bool], bool)] },
  { name: operators.or, overloads: [overload('logical_or', [bool, bool], bool)] },
  { name: operators.not, overloads: [overload('logical_not', [bool], bool)], call: not },
  { name: operators.notStrictlyFalse, overloads: [overload('not_strictly_false', [bool], bool)] },
  { name: operators.equals, overloads: [overload('equals', [a, a], bool)], cost: costOfShorter },
  { name: operators.notEquals, overloads: [overload('not_equals', [a, a], bool)], cost: costOfShorter },
  {
    name: operators.add,
    overloads: [
      overload('add_bytes', [bytes, bytes], bytes, costOfBoth),
      overload('add_double', [double, double], double),
      overload('add_duration_duration', [duration, duration], duration),
      overload('add_duration_timestamp', [duration, timestamp], timestamp),
      overload('add_timestamp_duration', [timestamp, duration], timestamp),
      overload('add_int64', [int, int], int),
      overload('add_list', [listOfA, listOfA], listOfA),
      overload('add_string', [string, string], string, costOfBoth),
      overload('add_uint64', [uint, uint], uint),
    ],
    call: add,
  },
  {
    name: operators.divide,
    overloads: [
      overload('divide_double', [double, double], double),
      overload('divide_int64', [int, int], int),
      overload('divide_uint64', [uint, uint], uint),
    ],
    call: arithmetic('divide'),
  },
  {
    name: operators.modulo,
    overloads: [overload('modulo_int64', [int, int], int), overload('modulo_uint64', [uint, uint], uint)],
    call: arithmetic('modulo'),
  },
  {
    name: operators.multiply,
    overloads: [
      overload('multiply_double', [double, double], double),
      overload('multiply_int64', [int, int], int),
      overload('multiply_uint64', [uint, uint], uint),
    ],
    call: arithmetic('multiply'),
  },
  {
    name: operators.negate,
    overloads: [overload('negate_double', [double], double), overload('negate_int64', [int], int)],
    call: negate,
  },
  {
    name: operators.subtract,
    overloads: [
      overload('subtract_double', [double, double], double),
      overload('subtract_duration_duration', [duration, duration], duration),
      overload('subtract_int64', [int, int], int),
      overload('subtract_timestamp_duration', [timestamp, duration], timestamp),
      overload('subtract_timestamp_timestamp', [timestamp, timestamp], duration),
      overload('subtract_uint64', [uint, uint], uint),
    ],
    call: subtract,
  },
  { name: operators.less, overloads: comparisonOverloads('less'), call: comparison((o) => o < 0) },
  { name: operators.lessEquals, overloads: comparisonOverloads('less_equals'), call: comparison((o) => o <= 0) },
  { name: operators.greater, overloads: comparisonOverloads('greater'), call: comparison((o) => o > 0) },
  {
    name: operators.greaterEquals,
    overloads: comparisonOverloads('greater_equals'),
    call: comparison((o) => o >= 0),
  },
  {
    name: operators.index,
    overloads: [overload('index_list', [listOfA, int], a), overload('index_map', [mapOfAB, a], b)],
  },
  {
    name: operators.in,
    overloads: [
      overload('in_list', [a, listOfA], bool, ([, list]) => sizeOf(list!)),
      overload('in_map', [a, mapOfAB], bool),
    ],
    call: contains,
  },
];
