import { asGiven } from './given-empty.ts';
import { type FieldError, invalid, notSupported, required } from './field-error.ts';
import { dnsSubdomainProblems, regexProblem } from './names.ts';
import { equal } from './object.ts';
import type { Path } from './path.ts';
import { parseQuantity } from './quantity.ts';

/** Rules that hold for single fields of many kinds, in upstream's words. */

export function* nonNegative(value: number | undefined, at: Path): Iterable<FieldError> {
  if (value !== undefined && value < 0) yield invalid(at, value, 'must be greater than or equal to 0');
}

export function* nonNegativeQuantity(value: string, at: Path): Iterable<FieldError> {
  if (parseQuantity(value).nano < 0n) yield invalid(at, value, 'must be greater than or equal to 0');
}

export function* positiveQuantity(value: string, at: Path): Iterable<FieldError> {
  if (parseQuantity(value).nano <= 0n) yield invalid(at, value, 'must be greater than zero');
}

export function* positive(value: number, at: Path): Iterable<FieldError> {
  if (value <= 0) yield invalid(at, value, 'must be greater than zero');
}

export function* immutable(next: unknown, old: unknown, at: Path): Iterable<FieldError> {
  if (!equal(next, old)) yield invalid(at, next ?? null, 'field is immutable');
}

/** The same for a member of an object, which is told as it was sent. */
export function* immutableMember<O extends object, K extends keyof O & string>(
  next: O,
  old: O,
  { name, at }: { name: K; at: Path },
): Iterable<FieldError> {
  if (!equal(next[name], old[name])) yield invalid(at, asGiven(next, name) ?? null, 'field is immutable');
}

export const rangeProblem = (from: number, to: number): string => `must be between ${from} and ${to}, inclusive`;

/** Whatever a check of names or formats has to say about one value. */
export function* problemsAt(problems: Iterable<string>, value: unknown, at: Path): Iterable<FieldError> {
  for (const p of problems) yield invalid(at, value, p);
}

/** One of these or nothing at all; the message lists them as given. */
export function* oneOfThese(value: string | undefined, supported: readonly string[], at: Path): Iterable<FieldError> {
  if (value !== undefined && !supported.includes(value)) yield notSupported(at, value, supported);
}

/** One of these; empty is told apart from unknown. */
export function* requiredOneOf(
  value: string | undefined,
  supported: readonly string[],
  at: Path,
): Iterable<FieldError> {
  if (!value) yield required(at);
  else yield* oneOfThese(value, supported, at);
}

export function* present(value: unknown, at: Path, detail = ''): Iterable<FieldError> {
  const missing = value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length);
  if (missing) yield required(at, detail);
}

/** Whether a check has anything to say. */
export function isRefused(errors: Iterable<FieldError>): boolean {
  for (const _ of errors) return true;
  return false;
}

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const isHttpPath = new RegExp(`^${httpPath}$`);

/** Something of somebody's: `acme.io/foo`. */
export function* domainPrefixedPath(value: string, at: Path): Iterable<FieldError> {
  if (!value) return yield required(at);
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) {
    return yield invalid(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  }
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)];
  yield* problemsAt(dnsSubdomainProblems(host), host, at);
  if (!isHttpPath.test(path)) yield invalid(at, path, regexProblem('Invalid path', httpPath));
}
