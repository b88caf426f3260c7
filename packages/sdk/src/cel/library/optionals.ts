import type { Expr } from '../ast.ts';
import type { FunctionDecl, Overload } from '../declarations.ts';
import type { Library } from '../env.ts';
import { ArrayList } from '../lists.ts';
import { type Macro, type MacroBuilder, MacroError, nameOf } from '../macro.ts';
import { operators } from '../operators.ts';
import { type Type, types } from '../types.ts';
import {
  Double,
  Duration,
  EvalError,
  isError,
  ListValue,
  MapValue,
  Optional,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';
import { valueText } from '../value-text.ts';

const { bool, dyn, int, string } = types;
const k = types.param('K');
const v = types.param('V');
const optional = types.optional(v);
const list = types.list(v);
const map = types.map(k, v);
const listOfOptionals = types.list(optional);

const plain = (id: string, parameters: readonly Type[], result: Type, call?: Overload['call']): Overload => ({
  id,
  parameters,
  result,
  ...(call && { call }),
});

const member = (...overload: Parameters<typeof plain>): Overload => ({ ...plain(...overload), member: true });

function isZero(value: Value): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return !value;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Double) return value.value === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  return value instanceof Timestamp && value.seconds === yearOne && value.nanos === 0;
}

/** The first moment there is. */
const yearOne = -62135596800;

function valueOf(o: Value): Result {
  const { value } = o as Optional;
  return value === undefined ? new EvalError('optional.none() dereference') : value;
}

/** The element at an end of a list, if it has one. */
const end =
  (index: (size: number) => number) =>
  (l: Value): Result => {
    const { size } = l as ListValue;
    const found = size === 0 ? undefined : (l as ListValue).at(index(size));
    if (found === undefined) return Optional.none;
    return isError(found) ? found : Optional.of(found);
  };

function unwrap(optionals: Value): Result {
  const values: Value[] = [];
  const from = optionals as ListValue;
  for (let i = 0; i < from.size; i++) {
    const element = from.at(i);
    if (isError(element)) return element;
    if (!(element instanceof Optional)) return new EvalError(`value ${valueText(element)} is not optional`);
    if (element.value !== undefined) values.push(element.value);
  }
  return new ArrayList(values);
}

const functions: readonly FunctionDecl[] = [
  { name: 'optional.of', overloads: [plain('optional_of', [v], optional, (x) => Optional.of(x!))] },
  {
    name: 'optional.ofNonZeroValue',
    overloads: [plain('optional_ofNonZeroValue', [v], optional, (x) => (isZero(x!) ? Optional.none : Optional.of(x!)))],
  },
  { name: 'optional.none', overloads: [plain('optional_none', [], optional, () => Optional.none)] },
  { name: 'value', overloads: [member('optional_value', [optional], v, (o) => valueOf(o!))] },
  {
    name: 'hasValue',
    overloads: [member('optional_hasValue', [optional], bool, (o) => (o as Optional).value !== undefined)],
  },
  { name: 'or', overloads: [member('optional_or_optional', [optional, optional], optional)] },
  { name: 'orValue', overloads: [member('optional_orValue_value', [optional, v], v)] },
  { name: operators.optionalSelect, overloads: [plain('select_optional_field', [dyn, string], optional)] },
  {
    name: operators.optionalIndex,
    overloads: [
      plain('list_optindex_optional_int', [list, int], optional),
      plain('optional_list_optindex_optional_int', [types.optional(list), int], optional),
      plain('map_optindex_optional_value', [map, k], optional),
      plain('optional_map_optindex_optional_value', [types.optional(map), k], optional),
    ],
  },
  {
    name: operators.index,
    overloads: [
      plain('optional_list_index_int', [types.optional(list), int], optional),
      plain('optional_map_index_value', [types.optional(map), k], optional),
    ],
  },
  {
    name: 'last',
    overloads: [
      member(
        'list_last',
        [list],
        optional,
        end((size) => size - 1),
      ),
    ],
  },
  {
    name: 'first',
    overloads: [
      member(
        'list_first',
        [list],
        optional,
        end(() => 0),
      ),
    ],
  },
  { name: 'optional.unwrap', overloads: [plain('optional_unwrap', [listOfOptionals], list, unwrap)] },
  { name: 'unwrapOpt', overloads: [member('optional_unwrapOpt', [listOfOptionals], list, unwrap)] },
];

/** Something of the value of an optional, where there is one. */
const mapping = (name: string, wrap: (build: MacroBuilder, made: () => Expr) => Expr): Macro => ({
  name,
  receiver: true,
  argCount: 2,
  expand(build, [arg, made], target) {
    const variable = nameOf(arg!);
    if (variable === undefined) return new MacroError(arg!, `${name}() variable name must be a simple identifier`);
    const has = build.memberCall('hasValue', target!);
    const inner = (): Expr => bind(build, variable, () => build.memberCall('value', build.copy(target!)), made!);
    return build.choice(has, wrap(build, inner), build.call('optional.none'));
  },
});

/** An expression with a name for a value: a loop over nothing that carries the value. */
export function bind(build: MacroBuilder, name: string, value: () => Expr, result: Expr): Expr {
  return build.fold({
    range: build.list(),
    variable: '#unused',
    accumulator: name,
    init: value(),
    condition: build.literal(false),
    step: build.ident(name),
    result,
  });
}

/** Values that may not be there: `a.?b.orValue(c)`. */
export const optionalLibrary: Library = {
  name: 'optional',
  functions,
  macros: [
    mapping('optMap', (build, made) => build.call('optional.of', made())),
    mapping('optFlatMap', (_, made) => made()),
  ],
};
