import { sizeOf, traversal } from '../cost.ts';
import type { Cost, FunctionDecl, Overload } from '../declarations.ts';
import { doubleText } from '../../machinery/index.ts';
import { durationText, readDuration } from '../durations.ts';
import { intOverflow, uintOf, uintOverflow } from '../numbers.ts';
import { readTimestamp, timestampOf, timestampText } from '../timestamps.ts';
import { type Type, types } from '../types.ts';
import {
  type Double,
  Double as DoubleValue,
  type Duration,
  EvalError,
  type Int,
  intOf,
  type Result,
  type Timestamp,
  typeOfValue,
  type Uint,
  type Value,
} from '../values.ts';

const { bool, bytes, double, duration, int, string, timestamp, uint } = types;

/** A conversion from one type; `convert` gives nothing for values that have no counterpart. */
function from<V extends Value>(
  id: string,
  type: Type,
  to: Type,
  convert: (value: V) => Result | undefined,
  cost?: Cost,
): Overload {
  const failed = new EvalError(`type conversion error from '${type.name}' to '${to.name}'`);
  return {
    id,
    parameters: [type],
    result: to,
    call: (value) => convert(value as V) ?? failed,
    ...(cost && { cost }),
  };
}

const same = (id: string, type: Type): Overload => from(id, type, type, (v) => v);

const costOfText: Cost = ([value]) => traversal(sizeOf(value!));

const maxSafe = 2 ** 63;

function intOfDouble({ value }: Double): Result {
  if (!Number.isFinite(value) || value <= -maxSafe || value >= maxSafe) return intOverflow;
  return intOf(Math.trunc(value)) ?? intOverflow;
}

function uintOfDouble({ value }: Double): Result {
  if (!Number.isFinite(value) || value < 0 || value >= 2 ** 64) return uintOverflow;
  return uintOf(BigInt(Math.trunc(value))) ?? uintOverflow;
}

const intOfText = (text: string): Result | undefined =>
  /^[+-]?\d+$/.test(text) ? intOf(BigInt(text.replace(/^\+/, ''))) : undefined;

const uintOfText = (text: string): Result | undefined => (/^\d+$/.test(text) ? uintOf(BigInt(text)) : undefined);

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(inity)?$/i;

function doubleOfText(text: string): Result | undefined {
  if (/^nan$/i.test(text)) return new DoubleValue(Number.NaN);
  if (infinite.test(text)) return new DoubleValue(text.startsWith('-') ? -Infinity : Infinity);
  const digits = text.replaceAll(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/g, '');
  const value = decimal.test(digits) ? Number(digits) : hexadecimal(digits);
  return value !== undefined && Number.isFinite(value) ? new DoubleValue(value) : undefined;
}

/** `0x1.8p3`, which Go's numbers may also be. */
function hexadecimal(text: string): number | undefined {
  const match = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(text);
  const digits = match ? match[2]! + match[3]! : '';
  if (!match || digits === '') return undefined;
  const value = Number(BigInt(`0x${digits}`)) * 2 ** (Number(match[4]) - 4 * match[3]!.length);
  return match[1] === '-' ? -value : value;
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((t): [string, boolean] => [t, true]),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((t): [string, boolean] => [t, false]),
]);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOfBytes(value: Uint8Array): Result {
  try {
    return decoder.decode(value);
  } catch {
    // The decoder's only complaint.
    return new EvalError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** The functions named after types. */
export const conversionFunctions: readonly FunctionDecl[] = [
  {
    name: 'type',
    overloads: [{ id: 'type', parameters: [types.param('A')], result: types.typeOf(types.param('A')) }],
    call: (value) => typeOfValue(value),
  },
  {
    name: 'bool',
    overloads: [same('bool_to_bool', bool), from('string_to_bool', string, bool, (v: string) => truths.get(v))],
  },
  {
    name: 'bytes',
    overloads: [
      same('bytes_to_bytes', bytes),
      from('string_to_bytes', string, bytes, (v: string) => Buffer.from(v), costOfText),
    ],
  },
  {
    name: 'double',
    overloads: [
      same('double_to_double', double),
      from('int64_to_double', int, double, (v: Int) => new DoubleValue(Number(v))),
      from('string_to_double', string, double, doubleOfText),
      from('uint64_to_double', uint, double, (v: Uint) => new DoubleValue(Number(v.value))),
    ],
  },
  {
    name: 'duration',
    overloads: [
      same('duration_to_duration', duration),
      from('int64_to_duration', int, duration, () => undefined),
      from('string_to_duration', string, duration, readDuration),
    ],
  },
  {
    name: 'dyn',
    overloads: [{ id: 'to_dyn', parameters: [types.param('A')], result: types.dyn }],
    call: (value) => value,
  },
  {
    name: 'int',
    overloads: [
      same('int64_to_int64', int),
      from('double_to_int64', double, int, intOfDouble),
      from('duration_to_int64', duration, int, (v: Duration) => intOf(v.nanos)),
      from('string_to_int64', string, int, intOfText),
      from('timestamp_to_int64', timestamp, int, (v: Timestamp) => v.seconds),
      from('uint64_to_int64', uint, int, (v: Uint) => intOf(v.value) ?? intOverflow),
    ],
  },
  {
    name: 'string',
    overloads: [
      same('string_to_string', string),
      from('bool_to_string', bool, string, (v: boolean) => String(v)),
      from('bytes_to_string', bytes, string, textOfBytes, costOfText),
      from('double_to_string', double, string, (v: Double) => doubleText(v.value)),
      from('duration_to_string', duration, string, durationText),
      from('int64_to_string', int, string, (v: Int) => String(v)),
      from('timestamp_to_string', timestamp, string, timestampText),
      from('uint64_to_string', uint, string, (v: Uint) => String(v.value)),
    ],
  },
  {
    name: 'timestamp',
    overloads: [
      same('timestamp_to_timestamp', timestamp),
      from('int64_to_timestamp', int, timestamp, (v: Int) => timestampOf(Number(v), 0)),
      from('string_to_timestamp', string, timestamp, readTimestamp),
    ],
  },
  {
    name: 'uint',
    overloads: [
      same('uint64_to_uint64', uint),
      from('double_to_uint64', double, uint, uintOfDouble),
      from('int64_to_uint64', int, uint, (v: Int) => uintOf(BigInt(v)) ?? uintOverflow),
      from('string_to_uint64', string, uint, uintOfText),
    ],
  },
];

/** Of constants they are computed once, before the first evaluation. */
export const conversionNames: ReadonlySet<string> = new Set(conversionFunctions.map((f) => f.name));
