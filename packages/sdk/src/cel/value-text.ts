import { doubleText } from '../machinery/index.ts';
import { durationText } from './durations.ts';
import { timestampText } from './timestamps.ts';
import { Type } from './types.ts';
import { Double, Duration, ListValue, MapValue, Optional, Timestamp, Uint, type Value } from './values.ts';

/** A value as error messages show it. */
export function valueText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return String(value);
  if (value instanceof Double) return doubleText(value.value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof Type) return value.name;
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (value instanceof Optional)
    return value.value === undefined ? 'optional.none()' : `optional(${valueText(value.value)})`;
  if (value instanceof ListValue) {
    return `[${Array.from({ length: value.size }, (_, i) => valueText(value.at(i) as Value)).join(', ')}]`;
  }
  if (value instanceof MapValue) {
    return `{${[...value.keys()].map((k) => `${valueText(k)}: ${valueText(value.find(k) as Value)}`).join(', ')}}`;
  }
  return value.type.name;
}
