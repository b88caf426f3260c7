import type { CallEstimate, CallToEstimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { durationOf } from '../../durations.ts';
import { durationOverflow } from '../../timestamps.ts';
import { compare, equals } from '../../equality.ts';
import { calculate } from '../../numbers.ts';
import { type Type, types } from '../../types.ts';
import {
  Double,
  Duration,
  EvalError,
  isError,
  type ListValue,
  noSuchOverload,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from '../../values.ts';
import { exactly, product, scaled, sum } from '../estimates.ts';
import { fn, member, perCharacter } from '../functions.ts';
import { elementsOf } from '../list-elements.ts';
import { traversalCost } from '../sizes.ts';

/** One look at each element; texts take longer to compare. */
const lookingThrough = {
  cost: ([list]: readonly Value[]): number => traversalCost(list!),
  estimate: ({ target }: CallToEstimate): CallEstimate => {
    const { size, elementSize, type } = target!;
    // What may be anything is taken for a text.
    if (type.kind !== 'list') return { cost: scaled(size, perCharacter) };
    const kind = type.parameters[0]?.kind;
    const isText = kind === 'string' || kind === 'bytes';
    return { cost: product(size, isText ? sum(exactly(1), scaled(elementSize, perCharacter)) : exactly(1)) };
  },
};

const summable = { int: types.int, uint: types.uint, double: types.double, duration: types.duration };
export const comparable: Readonly<Record<string, Type>> = {
  ...summable,
  bool: types.bool,
  timestamp: types.timestamp,
  string: types.string,
  bytes: types.bytes,
};

const zeros: Readonly<Record<string, Value>> = {
  int: 0,
  uint: new Uint(0n),
  double: new Double(0),
  duration: new Duration(0n),
};

const isComparable = (value: Value): boolean =>
  value !== null &&
  (typeof value !== 'object' || [Uint, Double, Duration, Timestamp, Uint8Array].some((type) => value instanceof type));

/** What can't be compared, since it is of different types, counts as in order. */
function orderOf(a: Value, b: Value): number {
  const order = compare(a, b);
  return typeof order === 'number' ? order : 0;
}

function isSorted(list: ListValue): boolean | EvalError {
  let before: Value | undefined;
  for (const element of elementsOf(list)) {
    if (isError(element)) return element;
    if (!isComparable(element)) return noSuchOverload;
    if (before !== undefined && orderOf(before, element) > 0) return false;
    before = element;
  }
  return true;
}

function add(a: Value, b: Value): Result {
  if (a instanceof Duration && b instanceof Duration) return durationOf(a.nanos + b.nanos) ?? durationOverflow;
  return calculate('add', a, b) ?? new EvalError('no such overload');
}

function sumOf(list: ListValue, zero: Value): Result {
  let total = zero;
  for (const element of elementsOf(list)) {
    const next = isError(element) ? element : add(total, element);
    if (isError(next)) return next;
    total = next;
  }
  return total;
}

/** The one that is before all others in the order given, the first of equals. */
function extreme(list: ListValue, name: 'min' | 'max'): Result {
  let found: Value | undefined;
  for (const element of elementsOf(list)) {
    if (isError(element)) return element;
    if (!isComparable(element)) return noSuchOverload;
    const order = found === undefined ? undefined : orderOf(found, element);
    if (order === undefined || (name === 'min' ? order > 0 : order < 0)) found = element;
  }
  return found === undefined ? new EvalError(`${name} called on empty list`) : found;
}

function indexOf(list: ListValue, item: Value): number {
  for (let i = 0; i < list.size; i++) if (isEqual(list.at(i), item)) return i;
  return -1;
}

function lastIndexOf(list: ListValue, item: Value): number {
  for (let i = list.size - 1; i >= 0; i--) if (isEqual(list.at(i), item)) return i;
  return -1;
}

const isEqual = (element: Result, item: Value): boolean => !isError(element) && equals(element, item);

const ofEach = (
  named: Readonly<Record<string, Type>>,
  of: (name: string) => { id: string; result?: Type; call: (list: ListValue) => Result },
) =>
  Object.entries(named).map(([name, type]) => {
    const { id, result = type, call } = of(name);
    return member(id, { parameters: [types.list(type)], result, call, ...lookingThrough });
  });

const anything = types.param('A');

const finding = (name: string, id: string, call: (list: ListValue, item: Value) => number) =>
  fn(name, member(id, { parameters: [types.list(anything), anything], result: types.int, call, ...lookingThrough }));

export const listFunctions: Library = {
  name: 'kubernetes.lists',
  functions: [
    fn(
      'isSorted',
      ...ofEach(comparable, (t) => ({ id: `list_${t}_is_sorted_bool`, result: types.bool, call: isSorted })),
    ),
    fn('sum', ...ofEach(summable, (t) => ({ id: `list_${t}_sum_${t}`, call: (list) => sumOf(list, zeros[t]!) }))),
    fn('max', ...ofEach(comparable, (t) => ({ id: `list_${t}_max_${t}`, call: (list) => extreme(list, 'max') }))),
    fn('min', ...ofEach(comparable, (t) => ({ id: `list_${t}_min_${t}`, call: (list) => extreme(list, 'min') }))),
    finding('indexOf', 'list_a_index_of_int', indexOf),
    finding('lastIndexOf', 'list_a_last_index_of_int', lastIndexOf),
  ],
};
