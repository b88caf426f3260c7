import { isInt64, isObject, kindWord, printNumber, printValue } from '@tiphys/sdk/machinery';

/** What stands at a path of names, if it is of the wanted type; or why it isn't, in upstream's words. */
export interface Nested<T> {
  readonly value?: T;
  readonly problem?: string;
}

export const nestedInteger = (object: unknown, path: string): Nested<number> => nested(object, path, isInt64, 'int64');

export const nestedText = (object: unknown, path: string): Nested<string> =>
  nested(object, path, (v): v is string => typeof v === 'string', 'string');

/** The names of a simple path: `.spec.replicas`. */
export const namesOf = (path: string): string[] => path.replace(/^\./, '').split('.');

function nested<T>(object: unknown, path: string, fits: (v: unknown) => v is T, type: string): Nested<T> {
  const names = namesOf(path);
  let at = object;
  for (const [i, name] of names.entries()) {
    if (at === null || at === undefined) return {};
    if (!isObject(at)) return { problem: problem(names.slice(0, i + 1), at, 'map[string]interface{}') };
    if (!Object.hasOwn(at, name)) return {};
    at = at[name];
  }
  return fits(at) ? { value: at } : { problem: problem(names, at, type) };
}

const problem = (names: readonly string[], value: unknown, wanted: string): string => {
  const shown = typeof value === 'number' ? printNumber(value) : printValue(value);
  return `.${names.join('.')} accessor error: ${shown} is of the type ${goTypeName(value)}, expected ${wanted}`;
};

/** What upstream's language calls the type of a JSON value. */
export function goTypeName(value: unknown): string {
  const word = kindWord(value);
  if (word === 'map') return 'map[string]interface {}';
  if (word === 'slice') return '[]interface {}';
  return word === 'nil' ? '<nil>' : word;
}
