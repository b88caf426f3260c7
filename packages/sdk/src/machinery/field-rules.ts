import { asGiven } from './given-empty.ts';
import { type FieldError, invalid, notSupported, required } from './field-error.ts';
import { dnsSubdomainProblems, qualifiedNameProblems, regexProblem } from './names.ts';
import { equal, equalButForEmptyLists } from './object.ts';
import type { Path } from './path.ts';
import { parseQuantity } from './quantity.ts';

/**
 * Rules that hold for single fields of many kinds, in upstream's words. They nearly always have nothing to say, so they are plain
 * functions that answer with a list, and all with the same one when a field is good.
 */

const nothing: readonly FieldError[] = [];

export const nonNegative = (value: number | undefined, at: Path): Iterable<FieldError> =>
  value !== undefined && value < 0 ? [invalid(at, value, 'must be greater than or equal to 0')] : nothing;

export const nonNegativeQuantity = (value: string, at: Path): Iterable<FieldError> =>
  parseQuantity(value).nano < 0n ? [invalid(at, value, 'must be greater than or equal to 0')] : nothing;

export const positiveQuantity = (value: string, at: Path): Iterable<FieldError> =>
  parseQuantity(value).nano <= 0n ? [invalid(at, value, 'must be greater than zero')] : nothing;

export const positive = (value: number, at: Path): Iterable<FieldError> =>
  value <= 0 ? [invalid(at, value, 'must be greater than zero')] : nothing;

export const immutable = (next: unknown, old: unknown, at: Path): Iterable<FieldError> =>
  equalButForEmptyLists(next, old) ? nothing : [invalid(at, next ?? null, 'field is immutable')];

/** The same as declared rules have it, which don't tell the value. */
export const declaredImmutable = (next: unknown, old: unknown, at: Path): Iterable<FieldError> =>
  equal(next, old) ? nothing : [invalid(at, null, 'field is immutable')];

/** The same for a member of an object, which is told as it was sent. */
export const immutableMember = <O extends object, K extends keyof O & string>(
  next: O,
  old: O,
  { name, at }: { name: K; at: Path },
): Iterable<FieldError> =>
  equalButForEmptyLists(next[name], old[name])
    ? nothing
    : [invalid(at, asGiven(next, name) ?? null, 'field is immutable')];

export const rangeProblem = (from: number, to: number): string => `must be between ${from} and ${to}, inclusive`;

/** Whatever a check of names or formats has to say about one value. */
export const problemsAt = (problems: readonly string[], value: unknown, at: Path): Iterable<FieldError> =>
  problems.length ? problems.map((p) => invalid(at, value, p)) : nothing;

/** One of these or nothing at all; the message lists them as given. */
export const oneOfThese = (value: string | undefined, supported: readonly string[], at: Path): Iterable<FieldError> =>
  value === undefined || supported.includes(value) ? nothing : [notSupported(at, value, supported)];

/** One of these; empty is told apart from unknown. */
export const requiredOneOf = (
  value: string | undefined,
  supported: readonly string[],
  at: Path,
): Iterable<FieldError> => (value ? oneOfThese(value, supported, at) : [required(at)]);

export const present = (value: unknown, at: Path, detail = ''): Iterable<FieldError> =>
  isMissing(value) ? [required(at, detail)] : nothing;

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length);

/**
 * What a rule finds that is given the list to put its errors in. Pods are judged by such rules, whose errors are many and seldom
 * there: a list for each would be most of the work.
 */
export function errorsOf<A extends unknown[]>(
  rule: (errors: FieldError[], ...judged: A) => void,
  ...judged: NoInfer<A>
): FieldError[] {
  const errors: FieldError[] = [];
  rule(errors, ...judged);
  return errors;
}

/** Adds what may be as much as the object is large, and so too much to be handed over as arguments. */
export function addAll<T>(list: T[], found: Iterable<T>): void {
  for (const one of found) list.push(one);
}

/** Whether a check has anything to say. */
export function isRefused(errors: Iterable<FieldError>): boolean {
  for (const _ of errors) return true;
  return false;
}

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const isHttpPath = new RegExp(`^${httpPath}$`);

/** A key of somebody's: `acme.io/foo`. Capitals pass, as in the keys of annotations, and are told as lower case. */
export function* domainPrefixedKey(value: string, at: Path): Iterable<FieldError> {
  const key = value.toLowerCase();
  if (!key) return yield required(at);
  const problems = qualifiedNameProblems(key);
  if (problems.length) yield* problemsAt(problems, key, at);
  else if (!key.includes('/')) yield invalid(at, key, 'must be a domain-prefixed key (such as "acme.io/foo")');
}

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
