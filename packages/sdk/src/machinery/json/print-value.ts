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
