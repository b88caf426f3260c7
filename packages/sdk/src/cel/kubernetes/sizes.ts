import { ListValue, MapValue, OpaqueValue, type Result } from '../values.ts';

/** An opaque value that has a size, as addresses have. */
export interface Sized {
  readonly size: number;
}

/** What `size()` gives, and 1 for what has none: the measure of costs. */
export function sizeOf(value: Result): number {
  if (typeof value === 'string') return characters(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof OpaqueValue && 'size' in value && typeof value.size === 'number') return value.size;
  return 1;
}

export function characters(text: string): number {
  let n = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) n--;
  }
  return n;
}

/** The price of looking at everything that is in a value. */
export function traversalCost(value: Result): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * 0.1);
  if (value instanceof Uint8Array) return Math.floor(value.length * 0.1);
  let cost = 0;
  if (value instanceof ListValue) {
    for (let i = 0; i < value.size; i++) cost += traversalCost(value.at(i));
    return cost;
  }
  if (value instanceof MapValue) {
    for (const key of value.keys()) cost += traversalCost(key) + traversalCost(value.find(key)!);
    return cost;
  }
  return 1;
}
