import { ListValue, MapValue, Optional, type Value } from './values.ts';

/** What evaluation steps cost, as upstream counts. */
export const costs = {
  selection: 1,
  list: 10,
  map: 30,
  struct: 40,
  call: 1,
  /** For each character or byte that is looked at. */
  character: 0.1,
  /** For each character of a regular expression. */
  patternCharacter: 0.25,
} as const;

/** How many elements, characters or bytes a value has; 1 for what has no size. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return lengthOf(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value);
  return 1;
}

/** The length in characters. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = text.charCodeAt(i + 1);
    if (next < 0xdc00 || next > 0xdfff) continue;
    length--;
    i++;
  }
  return length;
}

/** The cost of walking over so many characters. */
export const traversal = (characters: number): number => Math.ceil(characters * costs.character);
