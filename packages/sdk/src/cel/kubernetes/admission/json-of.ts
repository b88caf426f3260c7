import { durationText } from '../../durations.ts';
import { JsonList, JsonMap, JsonObject } from '../../json-values.ts';
import { timestampText } from '../../timestamps.ts';
import {
  Double,
  Duration,
  isError,
  ListValue,
  MapValue,
  type Result,
  Timestamp,
  typeOfValue,
  Uint,
  type Value,
} from '../../values.ts';
import { elementsOf } from '../list-elements.ts';

/** A value as JSON; throws for what has none. */
export function jsonOf(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number')
    return value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof JsonList || value instanceof JsonMap || value instanceof JsonObject) return value.json;
  if (value instanceof Double) return value.value;
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof ListValue) return Array.from(elementsOf(value), (e) => jsonOf(good(e)));
  if (value instanceof MapValue) return Object.fromEntries(entriesOf(value));
  throw new Error(`type conversion error from '${typeOfValue(value).name}' to JSON`);
}

function* entriesOf(map: MapValue): Iterable<[string, unknown]> {
  for (const key of map.keys()) {
    if (typeof key !== 'string') throw new Error(`map key of type ${typeOfValue(key).name}, not string`);
    yield [key, jsonOf(good(map.find(key)!))];
  }
}

function good(result: Result): Value {
  if (isError(result)) throw new Error(result.message);
  return result;
}
