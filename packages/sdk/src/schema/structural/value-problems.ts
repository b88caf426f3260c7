import {
  type FieldError,
  invalid,
  notSupported,
  Path,
  doubleText,
  printNumber,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../../machinery/index.ts';

/** What is wrong with a value, in the words of upstream's OpenAPI validator. */
export interface ValueProblem {
  /** Problems are told once each, and told apart by this. */
  readonly text: string;
  /** As an error of the field; `at` is where the value stands, nothing for an object as a whole. */
  at(base: Path | undefined): FieldError;
}

type Make = (at: Path | string, text: string) => FieldError;

const nowhere = '<nil>';

const make = (path: string, what: string, error: Make): ValueProblem => about(path, `${path} in body ${what}`, error);

const about = (path: string, text: string, error: Make): ValueProblem => {
  const name = path.replace(/^\./, '');
  return {
    text,
    at: (base) => error(base ? (name ? base.child(name) : base) : name || nowhere, text),
  };
};

/** What isn't said of a field, but of the value as a whole. */
const general = (text: string): ValueProblem => ({ text, at: (base) => invalid(base ?? nowhere, '', text) });

const quote = (text: string): string => JSON.stringify(text);

export const wrongType = (path: string, wanted: string, is: string): ValueProblem =>
  make(path, `must be of type ${wanted}: ${quote(is)}`, (at, text) => typeInvalid(at, is, text));

export const outOfRange = (
  what: string,
  { type, format }: { type: string; format: string },
  path: string,
): ValueProblem =>
  general(`${what} value must be of type ${type} ${format ? `with format ${format}` : '(default format)'} in ${path}`);

export const missing = (path: string): ValueProblem => make(path, 'is required', (at) => required(at));

export const notOneOf = (path: string, value: unknown, values: readonly unknown[]): ValueProblem => {
  const shown = values.map((v) => (typeof v === 'string' ? v : JSON.stringify(v)));
  return make(path, `should be one of [${shown.join(' ')}]`, (at) => notSupported(at, value, shown));
};

export const tooLongText = (path: string, max: number): ValueProblem =>
  make(path, `should be at most ${max} chars long`, (at) => tooLong(at, max));

export const tooShortText = (path: string, value: string, min: number): ValueProblem =>
  make(path, `should be at least ${min} chars long`, (at, text) => invalid(at, value, text));

export const unmatched = (path: string, value: string, pattern: string): ValueProblem =>
  make(path, `should match '${pattern}'`, (at, text) => invalid(at, value, text));

/** How a bound is told: as a whole number where the value counts as one. */
interface Bounded {
  readonly isWhole: boolean;
}

const boundText = (bound: number, { isWhole }: Bounded): string =>
  isWhole ? printNumber(Math.trunc(bound)) : doubleText(bound);

export const aboveMaximum = (path: string, value: number, of: Bounded & { max: number; excluded: boolean }) =>
  make(path, `should be less than ${of.excluded ? '' : 'or equal to '}${boundText(of.max, of)}`, (at, text) =>
    invalid(at, value, text),
  );

export const belowMinimum = (path: string, value: number, of: Bounded & { min: number; excluded: boolean }) =>
  make(path, `should be greater than ${of.excluded ? '' : 'or equal to '}${boundText(of.min, of)}`, (at, text) =>
    invalid(at, value, text),
  );

export const notMultiple = (path: string, value: number, of: Bounded & { factor: number }): ValueProblem =>
  make(path, `should be a multiple of ${boundText(of.factor, of)}`, (at, text) => invalid(at, value, text));

export function badFactor(path: string, factor: number): ValueProblem {
  const what = `factor MultipleOf declared for ${path} must be positive: ${printNumber(factor)}`;
  return about(path, what, (at, text) => invalid(at, factor, text));
}

export const tooFewItems = (path: string, size: number, min: number): ValueProblem =>
  make(path, `should have at least ${min} items`, (at, text) => invalid(at, size, text));

export const tooManyItems = (path: string, size: number, max: number): ValueProblem =>
  make(path, `should have at most ${max} items`, (at) => tooMany(at, size, max));

export const repeatedItems = (path: string): ValueProblem =>
  make(path, "shouldn't contain duplicates", (at, text) => invalid(at, '', text));

export const tooFewMembers = (path: string, size: number, min: number): ValueProblem =>
  make(path, `should have at least ${min} properties`, (at, text) => invalid(at, size, text));

export const tooManyMembers = (path: string, size: number, max: number): ValueProblem =>
  make(path, `should have at most ${max} properties`, (at) => tooMany(at, size, max));

export function forbiddenMember(path: string, name: string): ValueProblem {
  const what = `${path}.${name} in body is a forbidden property`;
  return about(path, what, (at, text) => invalid(at, name, text));
}

export const noneOfAny = (path: string): ValueProblem =>
  general(`${quote(path)} must validate at least one schema (anyOf)`);

export const notExactlyOne = (path: string, valid: number): ValueProblem => {
  const found = valid ? `Found ${valid} valid alternatives` : 'Found none valid';
  return general(`${quote(path)} must validate one and only one schema (oneOf). ${found}`);
};

export const notAll = (path: string, valid: number): ValueProblem =>
  general(`${quote(path)} must validate all the schemas (allOf)${valid ? '' : '. None validated'}`);

export const isNot = (path: string): ValueProblem => general(`${quote(path)} must not validate the schema (not)`);
