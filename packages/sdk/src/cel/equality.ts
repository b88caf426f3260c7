import { compareNumbers } from './numbers.ts';
import { Type } from './types.ts';
import {
  Duration,
  isError,
  ListValue,
  MapValue,
  noSuchOverload,
  OpaqueValue,
  Optional,
  type Result,
  Timestamp,
  type Value,
  EvalError,
} from './values.ts';

/** `a == b`: numbers by value whatever their types, everything else within its type; different types are simply not equal. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const numbers = compareNumbers(a, b);
  if (numbers !== undefined) return numbers === 0;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Type) return b instanceof Type && a.name === b.name;
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b);
  if (a instanceof OpaqueValue) return a.equals(b) === true;
  return false;
}

const equalResults = (a: Result | undefined, b: Result | undefined): boolean =>
  a !== undefined && b !== undefined && !isError(a) && !isError(b) && equals(a, b);

function equalLists(a: ListValue, b: ListValue): boolean {
  if (a.equals) return a.equals(b);
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) if (!equalResults(a.at(i), b.at(i))) return false;
  return true;
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  if (a.equals) return a.equals(b);
  if (a.size !== b.size) return false;
  for (const key of a.keys()) if (!equalResults(a.find(key), b.find(key))) return false;
  return true;
}

function equalOptionals(a: Optional, b: Optional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equals(a.value, b.value);
}

/** Negative, 0 or positive; an error where there is no order. */
export function compare(a: Value, b: Value): number | EvalError {
  const numbers = compareNumbers(a, b);
  if (numbers !== undefined) return Number.isNaN(numbers) ? new EvalError('NaN values cannot be ordered') : numbers;
  if (typeof a === 'string') return typeof b === 'string' ? compareStrings(a, b) : noSuchOverload;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : noSuchOverload;
  if (a instanceof Timestamp && b instanceof Timestamp) return a.seconds - b.seconds || a.nanos - b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return noSuchOverload;
}

/** By code point, as UTF-8 sorts: surrogates stand for what is above all other characters. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const [p, q] = [isSurrogate(x), isSurrogate(y)];
    return p === q ? x - y : p ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
