import { re2 } from '../../machinery/index.ts';
import { costs, lengthOf, sizeOf, traversal } from '../cost.ts';
import type { Cost, FunctionDecl, Overload } from '../declarations.ts';
import { type Type, types } from '../types.ts';
import { EvalError, ListValue, MapValue, noSuchOverload, type Result, type Value } from '../values.ts';

const { bool, bytes, int, string } = types;
const list = types.list(types.param('A'));
const map = types.map(types.param('A'), types.param('B'));

function size(value: Value): Result | undefined {
  if (typeof value === 'string') return lengthOf(value);
  if (value instanceof Uint8Array) return value.length;
  return value instanceof ListValue || value instanceof MapValue ? value.size : undefined;
}

const sizeOverloads = (name: string, type: Type): Overload[] => [
  { id: `size_${name}`, parameters: [type], result: int },
  { id: `${name}_size`, member: true, parameters: [type], result: int },
];

const onStrings =
  (holds: (text: string, part: string) => Result) =>
  (text: Value, part: Value): Result =>
    typeof text === 'string' && typeof part === 'string' ? holds(text, part) : noSuchOverload;

const stringTest = (
  name: string,
  id: string,
  holds: (text: string, part: string) => Result,
  cost: Cost,
): FunctionDecl => ({
  name,
  overloads: [{ id, member: true, parameters: [string, string], result: bool, cost }],
  call: onStrings(holds),
});

/** Whether a text matches a regular expression somewhere, or why that is no regular expression. */
export function matches(text: string, pattern: string): Result {
  try {
    return re2(pattern).test(text);
  } catch (err) {
    return new EvalError((err as Error).message);
  }
}

const costOfMatching: Cost = ([text, pattern]) =>
  traversal(1 + sizeOf(text!)) * Math.ceil(sizeOf(pattern!) * costs.patternCharacter);

export const stringFunctions: readonly FunctionDecl[] = [
  {
    name: 'size',
    overloads: [
      ...sizeOverloads('bytes', bytes),
      ...sizeOverloads('list', list),
      ...sizeOverloads('map', map),
      ...sizeOverloads('string', string),
    ],
    call: size,
  },
  stringTest(
    'contains',
    'contains_string',
    (text, part) => text.includes(part),
    ([text, part]) => traversal(sizeOf(text!)) * traversal(sizeOf(part!)),
  ),
  stringTest(
    'endsWith',
    'ends_with_string',
    (text, end) => text.endsWith(end),
    ([text]) => traversal(sizeOf(text!)),
  ),
  stringTest(
    'startsWith',
    'starts_with_string',
    (text, start) => text.startsWith(start),
    ([text]) => traversal(sizeOf(text!)),
  ),
  {
    name: 'matches',
    takesPattern: true,
    overloads: [
      { id: 'matches', parameters: [string, string], result: bool },
      { id: 'matches_string', member: true, parameters: [string, string], result: bool, cost: costOfMatching },
    ],
    call: (text, pattern) => {
      if (typeof text !== 'string') return undefined;
      return typeof pattern === 'string' ? matches(text, pattern) : noSuchOverload;
    },
  },
];
