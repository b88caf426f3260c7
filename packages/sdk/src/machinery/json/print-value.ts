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

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A string in quotes as upstream prints it (`%q`): what doesn't print is escaped in its language's way. */
export const quoted = (text: string): string => `"${Array.from(text, escaped).join('')}"`;

function escaped(character: string): string {
  const escape = escapes[character];
  if (escape) return escape;
  if (isPrintable(character)) return character;
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2 && character < '\u0080') return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
