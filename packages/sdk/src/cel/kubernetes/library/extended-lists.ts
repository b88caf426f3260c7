import type { ArgumentToEstimate, CallEstimate, CallToEstimate, Estimate } from '../../declarations.ts';
import type { Library } from '../../env.ts';
import { type Macro, MacroError } from '../../macro.ts';
import { compare, equals } from '../../equality.ts';
import { ArrayList } from '../../lists.ts';
import { operators } from '../../operators.ts';
import { loopVariable } from '../../standard-macros.ts';
import { types } from '../../types.ts';
import { EvalError, type Int, ListValue, type Result, typeOfValue, type Value } from '../../values.ts';
import { exactly, product, scaled, sum, unbounded } from '../estimates.ts';
import { fn, fnByOverload, member, overload, perCharacter } from '../functions.ts';
import { valuesOf, withValues } from '../list-elements.ts';
import { sizeOf } from '../sizes.ts';
import { comparable } from './lists.ts';

const element = types.param('T');
const list = types.list(element);
const anyList = types.list(types.dyn);
const newList = 10;

/** Making a list of such a size. */
const making = (size: number, factor: number): number => Math.floor(size * factor) + 1 + newList;

const makingEstimate = (size: Estimate, factor: number): CallEstimate => ({
  cost: sum(scaled(size, factor), exactly(1), exactly(newList)),
  resultSize: size,
});

const makingResult = (_args: readonly Value[], result: Result): number => making(sizeOf(result), 1);

/** What a number is, where it stands in the source; negative ones count as none. */
function literalOr({ expr }: ArgumentToEstimate, otherwise: number): number {
  if (expr.kind !== 'literal' || (typeof expr.value !== 'number' && typeof expr.value !== 'bigint')) return otherwise;
  return Math.max(0, Number(expr.value));
}

/** Each element is compared with each. */
const comparingAll = {
  cost: ([keys]: readonly Value[]): number => selfComparing(keys!),
  estimate: (call: CallToEstimate): CallEstimate => selfComparingEstimate(call.target!.size, false),
};

function selfComparing(compared: Value): number {
  if (!(compared instanceof ListValue)) return 1;
  const first = compared.size ? compared.at(0) : undefined;
  const isText = typeof first === 'string' || first instanceof Uint8Array;
  return making(compared.size ** 2, isText ? 2 + perCharacter : 2);
}

const selfComparingEstimate = (size: Estimate, isText: boolean): CallEstimate =>
  makingEstimate(product(size, size), isText ? 2 + perCharacter : 2);

function slice(from: ListValue, start: Int, end: Int): Result {
  const cannot = `cannot slice(${start}, ${end}), `;
  if (start < 0 || end < 0) return new EvalError(`${cannot}negative indexes not supported`);
  if (start > end) return new EvalError(`${cannot}start index must be less than or equal to end index`);
  if (from.size < end) return new EvalError(`${cannot}list is length ${from.size}`);
  return withValues(from, (values) => new ArrayList(values.slice(Number(start), Number(end))));
}

function flatten(from: ListValue, depth: Int): Result {
  return depth < 0
    ? new EvalError('level must be non-negative')
    : withValues(from, (values) => flattened(values, Number(depth)));
}

function flattened(values: readonly Value[], depth: number): ListValue | EvalError {
  const flat: Value[] = [];
  for (const value of values) {
    const inner = value instanceof ListValue && depth > 0 ? flatten(value, depth - 1) : undefined;
    if (inner instanceof EvalError) return inner;
    if (inner instanceof ListValue) flat.push(...(valuesOf(inner) as readonly Value[]));
    else flat.push(value);
  }
  return new ArrayList(flat);
}

const distinct = (from: ListValue): Result =>
  withValues(from, (values) => {
    const kept: Value[] = [];
    for (const value of values) if (!kept.some((k) => equals(value, k))) kept.push(value);
    return new ArrayList(kept);
  });

function sortBy(from: ListValue, keyList: ListValue): Result {
  if (from.size !== keyList.size) {
    return new EvalError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${from.size} and ${keyList.size} elements respectively`,
    );
  }
  if (!from.size) return from;
  return withValues(keyList, (keys) => {
    if (compare(keys[0]!, keys[0]!) instanceof EvalError) return new EvalError('list elements must be comparable');
    const [type] = keys.map(typeOfValue);
    if (keys.some((k) => typeOfValue(k) !== type)) return new EvalError('list elements must have the same type');
    const order = keys.map((_k, i) => i).sort((i, j) => compare(keys[i]!, keys[j]!) as number);
    return withValues(from, (values) => new ArrayList(order.map((i) => values[i]!)));
  });
}

const range = (n: Int): ListValue => new ArrayList(Array.from({ length: Math.max(0, Number(n)) }, (_n, i) => i));

const input = '@__sortBy_input__';
const sortable = ['list', 'select', 'ident', 'comprehension', 'call'];

/** `list.sortBy(e, key)` names the list, maps it to keys, and sorts by them. */
const sortByMacro: Macro = {
  name: 'sortBy',
  receiver: true,
  argCount: 2,
  expand(build, [arg, key], target) {
    if (!sortable.includes(target!.kind)) {
      const where = 'a list, identifier, comprehension, call or select expression';
      return new MacroError(target!, `sortBy can only be applied to ${where}`);
    }
    const variable = loopVariable(arg!, 'argument is not an identifier');
    if (variable instanceof MacroError) return variable;
    const keys = build.fold({
      range: build.ident(input),
      variable,
      init: build.list(),
      condition: build.literal(true),
      step: build.call(operators.add, build.accumulated(), build.list(key!)),
      result: build.accumulated(),
    });
    return build.fold({
      range: build.list(),
      variable: '#unused',
      accumulator: input,
      init: target!,
      condition: build.literal(false),
      step: build.ident(input),
      result: build.memberCall('@sortByAssociatedKeys', build.ident(input), keys),
    });
  },
};

const sorts = Object.entries(comparable).map(([name, type]) => ({ name: runtimeName(name), type }));

function runtimeName(name: string): string {
  if (name === 'duration') return 'google.protobuf.Duration';
  return name === 'timestamp' ? 'google.protobuf.Timestamp' : name;
}

const isText = (name: string): boolean => name === 'string' || name === 'bytes';

/** cel-go's list extension, its third version. */
export const extendedListFunctions: Library = {
  name: 'cel.lib.ext.lists',
  macros: [sortByMacro],
  functions: [
    fn(
      'slice',
      member('list_slice', {
        parameters: [list, types.int, types.int],
        result: list,
        call: slice,
        cost: makingResult,
        estimate: ({ target, args: [start, end] }) => {
          const size = literalOr(end!, target!.size.max) - literalOr(start!, 0);
          return makingEstimate(exactly(size < 0 ? unbounded : size), 1);
        },
      }),
    ),
    {
      // It takes lists of what are no lists, too, where that shows only at run time.
      call: (from, depth = 1) => (from instanceof ListValue ? flatten(from, depth as Int) : undefined),
      ...fnByOverload(
        'flatten',
        member('list_flatten', {
          parameters: [types.list(list)],
          result: list,
          cost: ([from]) => making(sizeOf(from!), 1),
          estimate: ({ target }) => makingEstimate(target!.size, 1),
        }),
        member('list_flatten_int', {
          parameters: [anyList, types.int],
          result: anyList,
          cost: ([from, depth]) => making(sizeOf(from!), Number(depth)),
          estimate: ({ target, args: [depth] }) => makingEstimate(target!.size, literalOr(depth!, unbounded)),
        }),
      ),
    },
    fnByOverload(
      'sort',
      ...sorts.map(({ name, type }) =>
        member(`list_${name}_sort`, {
          parameters: [types.list(type)],
          result: types.list(type),
          call: (from: ListValue) => sortBy(from, from),
          cost: ([keys]) => selfComparing(keys!),
          estimate: ({ target }) => selfComparingEstimate(target!.size, isText(name)),
        }),
      ),
    ),
    fnByOverload(
      '@sortByAssociatedKeys',
      ...sorts.map(({ name, type }) =>
        member(`list_${name}_sortByAssociatedKeys`, {
          parameters: [list, types.list(type)],
          result: list,
          call: sortBy,
          cost: ([, keys]) => selfComparing(keys!),
          estimate: ({ args: [keys] }) => selfComparingEstimate(keys!.size, isText(name)),
        }),
      ),
    ),
    fn(
      'lists.range',
      overload('lists_range', {
        parameters: [types.int],
        result: types.list(types.int),
        call: range,
        cost: makingResult,
        estimate: ({ args: [n] }) => makingEstimate(exactly(literalOr(n!, unbounded)), 1),
      }),
    ),
    fn(
      'reverse',
      member('list_reverse', {
        parameters: [list],
        result: list,
        call: (from: ListValue) => withValues(from, (values) => new ArrayList([...values].reverse())),
        cost: makingResult,
        estimate: ({ target }) => makingEstimate(target!.size, 1),
      }),
    ),
    fn('distinct', member('list_distinct', { parameters: [list], result: list, call: distinct, ...comparingAll })),
  ],
};
