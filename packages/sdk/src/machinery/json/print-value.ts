import { isObject } from '../object.ts';

/** A JSON value as upstream prints it inside messages (`%v`): `map[image:nginx name:web]`, `[a b]`, `<nil>`. */
export function printValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((k) => `${k}:${printValue(value[k])}`);
    return `map[${members.join(' ')}]`;
  }
  return String(value);
}

/** What upstream calls the type that a JSON value has once it is read without a schema. */
export function kindWord(value: unknown): 'string' | 'bool' | 'int64' | 'float64' | 'map' | 'slice' | 'nil' {
  if (Array.isArray(value)) return 'slice';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return value === null || value === undefined ? 'nil' : 'map';
  }
}

/** Whether upstream's language counts a character as one that prints: letters, marks, numbers, punctuation, symbols, the space. */
export const isPrintable = (character: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);

/** A string in quotes as upstream prints it (`%q`): what doesn't print is escaped in its language's way. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(/\\u00([01][0-9a-f])|\u007f/g, (_all, code: string | undefined) => {
    if (code === '07') return '\\a';
    if (code === '0b') return '\\v';
    return code ? `\\x${code}` : '\\x7f';
  });
