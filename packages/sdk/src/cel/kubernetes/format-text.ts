import { isUtf8 } from 'node:buffer';
import { quoted } from '../../machinery/index.ts';
import { valueText } from '../value-text.ts';
import {
  Double,
  Duration,
  EvalError,
  isError,
  ListValue,
  MapValue,
  OpaqueValue,
  Optional,
  type Result,
  Timestamp,
  typeOfValue,
  Uint,
  type Value,
} from '../values.ts';
import { fixedText, scientificText } from './decimals.ts';
import { type ClauseName, noArgument, partsOf, wrongArgument } from './format-clauses.ts';
import { elementsOf } from './list-elements.ts';

/** `'%s of %d'.format([a, b])` */
export function formatText(format: string, args: ListValue): string | EvalError {
  let text = '';
  let index = 0;
  for (const part of partsOf(format)) {
    if ('text' in part) {
      text += part.text;
      continue;
    }
    if (index >= args.size) return new EvalError(noArgument(index));
    if ('problem' in part) return new EvalError(part.problem);
    const arg = args.at(index++);
    const shown = isError(arg) ? arg : show(part.clause, arg, part.precision);
    if (isError(shown)) return shown;
    text += shown;
  }
  return text;
}

const usualPrecision = 6;
const words = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function show(clause: ClauseName, arg: Value, precision = usualPrecision): string | EvalError {
  const wrong = () => new EvalError(wrongArgument(clause, typeOfValue(arg).name));
  const integer = integerOf(arg);
  switch (clause) {
    case 's':
      return asText(arg);
    case 'd':
      return integer === undefined ? wrong() : integer.toString();
    case 'f':
    case 'e': {
      const number = arg instanceof Double ? arg.value : typeof arg === 'string' ? words.get(arg) : undefined;
      if (number === undefined) return wrong();
      return clause === 'f' ? fixedText(number, precision) : scientificText(number, precision);
    }
    case 'b':
      if (typeof arg === 'boolean') return arg ? '1' : '0';
      return integer === undefined ? wrong() : integer.toString(2);
    case 'o':
      return integer === undefined ? wrong() : integer.toString(8);
    case 'x':
    case 'X': {
      const bytes = typeof arg === 'string' || arg instanceof Uint8Array ? Buffer.from(arg) : undefined;
      const hex = bytes ? bytes.toString('hex') : integer?.toString(16);
      return hex === undefined ? wrong() : clause === 'X' ? hex.toUpperCase() : hex;
    }
  }
}

function integerOf(value: Value): bigint | undefined {
  if (value instanceof Uint) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
}

function asText(value: Value): string | EvalError {
  if (value === null) return 'null';
  if (value instanceof ListValue) return inFormatting(listText(value));
  if (value instanceof MapValue) return inFormatting(mapText(value));
  if (value instanceof OpaqueValue || value instanceof Optional) {
    return new EvalError(wrongArgument('s', typeOfValue(value).name));
  }
  return plainText(value);
}

const inFormatting = (text: string | EvalError): string | EvalError =>
  text instanceof EvalError ? new EvalError(`error during formatting: ${text.message}`) : text;

function listText(list: ListValue): string | EvalError {
  const parts: string[] = [];
  for (const element of elementsOf(list)) {
    const text = literalText(element);
    if (text instanceof EvalError) return text;
    parts.push(text);
  }
  return `[${parts.join(', ')}]`;
}

/** In the order of keys as they are written. */
function mapText(map: MapValue): string | EvalError {
  const entries: [key: string, value: string][] = [];
  for (const key of map.keys()) {
    const isKey = typeof key === 'string' || typeof key === 'boolean' || integerOf(key) !== undefined;
    if (!isKey) return new EvalError(`no formatting function for map key of type ${typeOfValue(key).name}`);
    const [name, value] = [literalText(key), literalText(map.find(key)!)];
    if (name instanceof EvalError) return name;
    if (value instanceof EvalError) return value;
    entries.push([name, value]);
  }
  entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([name, value]) => `${name}:${value}`).join(', ')}}`;
}

/** Inside lists and maps values are written as an expression would. */
function literalText(value: Result): string | EvalError {
  if (isError(value)) return value;
  if (value === null) return 'null';
  if (value instanceof ListValue) return listText(value);
  if (value instanceof MapValue) return mapText(value);
  if (value instanceof Double) return doubleText(value.value);
  if (value instanceof OpaqueValue || value instanceof Optional) {
    return new EvalError(`no formatting function for ${typeOfValue(value).name}`);
  }
  const text = plainText(value);
  if (text instanceof EvalError) return text;
  if (typeof value === 'string') return quoted(text);
  if (value instanceof Uint8Array) return `b${quoted(text)}`;
  if (value instanceof Timestamp) return `timestamp(${quoted(text)})`;
  return value instanceof Duration ? `duration(${quoted(text)})` : text;
}

function doubleText(value: number): string {
  if (Number.isFinite(value)) return fixedText(value, usualPrecision).replaceAll(',', '');
  return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"+Inf"' : '"-Inf"';
}

/** As conversion to a string has it. */
function plainText(value: Value): string | EvalError {
  if (!(value instanceof Uint8Array)) return valueText(value);
  const buffer = Buffer.from(value);
  return isUtf8(buffer) ? buffer.toString() : new EvalError('invalid UTF-8 in bytes, cannot convert to string');
}
