import type { Correlation } from '../../cel/index.ts';
import { equal, isInt64, isObject, type JsonObject, own, re2 } from '../../machinery/index.ts';
import { checkedFormat, fitsFormat } from './formats.ts';
import { itemsOf, isTypeOrMeta, type JSONSchemaProps, membersOf } from './json-schema.ts';
import * as problem from './value-problems.ts';
import type { ValueProblem } from './value-problems.ts';

/**
 * What a validation found. Upstream counts the checks that were made, and of several alternatives that all fail tells of the one
 * in which most of them were.
 */
class Findings {
  problems: ValueProblem[] = [];
  checks = 0;

  get isValid(): boolean {
    return this.problems.length === 0;
  }

  add(found: ValueProblem | undefined): void {
    if (found && !this.problems.some(({ text }) => text === found.text)) this.problems.push(found);
  }

  merge(other: Findings): void {
    for (const p of other.problems) this.add(p);
    this.checks += other.checks;
  }
}

/** What of a value a schema refuses. What `before` shows to be as it was is let pass, whatever it is. */
export const valueProblems = (
  schema: JSONSchemaProps,
  value: unknown,
  { path = '', ...rest }: Partial<Place> = {},
): readonly ValueProblem[] => validate(schema, value, { path, ...rest }).problems;

interface Place {
  readonly path: string;
  readonly before?: Correlation | undefined;
  /** As upstream checks defaults: `int-or-string` says nothing of types, and every format counts. */
  readonly isDefault?: boolean;
}

function validate(schema: JSONSchemaProps, value: unknown, place: Place): Findings {
  const found = checkAll(schema, value, place);
  if (!found.isValid && place.before?.isSame) found.problems = [];
  return found;
}

function checkAll(schema: JSONSchemaProps, value: unknown, place: Place): Findings {
  const found = new Findings();
  const { path } = place;
  if (value === null || value === undefined) {
    found.merge(typeFindings(schema, null, place));
    found.add(enumProblem(schema, null, path));
    return found;
  }
  const run = (check: Findings) => {
    found.merge(check);
    found.checks++;
  };
  const format = formatOf(schema, place);
  if (typesOf(schema, place).length || format) run(typeFindings(schema, value, place));
  run(compositeFindings(schema, value, place));
  if (typeof value === 'string') {
    run(one(textProblem(schema, value, path), 0));
    if (format) run(one(fitsFormat(format, value) ? undefined : problem.wrongType(path, format, value), 0));
  }
  if (typeof value === 'number') run(numberFindings(schema, value, place));
  if (Array.isArray(value)) run(itemFindings(schema, value, place));
  run(one(enumProblem(schema, value, path), 0));
  if (isObject(value)) run(memberFindings(schema, value, place));
  found.checks++;
  return found;
}

function one(p: ValueProblem | undefined, checks: number): Findings {
  const found = new Findings();
  found.add(p);
  found.checks = checks;
  return found;
}

const typesOf = (schema: JSONSchemaProps, { isDefault }: Place): readonly string[] => {
  if (schema['x-kubernetes-int-or-string'] && !isDefault) return ['integer', 'string'];
  return schema.type ? [schema.type] : [];
};

/** The format, where it is one that anything is checked by. */
const formatOf = (schema: JSONSchemaProps, place: Place): string => {
  const { format = '' } = schema;
  const types = typesOf(schema, place);
  const counts = place.isDefault || checkedFormat(format, types.length === 1 ? types[0]! : '');
  return counts ? format : '';
};

/** What JSON calls a value's type, whole numbers apart. */
function jsonTypeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isInt64(value) ? 'integer' : 'number';
  return typeof value;
}

function typeFindings(schema: JSONSchemaProps, value: unknown, place: Place): Findings {
  return one(typeProblem(schema, value, place), 1);
}

function typeProblem(schema: JSONSchemaProps, value: unknown, place: Place): ValueProblem | undefined {
  const { path } = place;
  const types = typesOf(schema, place);
  const is = jsonTypeOf(value);
  if (is === 'null') {
    return types.length && !schema.nullable ? problem.wrongType(path, types.join(','), 'null') : undefined;
  }
  const format = formatOf(schema, place);
  const wantsNumber = types.includes('number') || types.includes('integer');
  const fits =
    types.includes(is) ||
    (is === 'integer' && types.includes('number')) ||
    (is === 'number' && types.includes('integer') && Number.isSafeInteger(value));
  const isPlain = typeof value !== 'string' && !Array.isArray(value);
  if (isPlain && format && !fits) return problem.wrongType(path, format, numberFormatOf(value));
  if (!wantsNumber && format && !isPlain) return undefined;
  return fits ? undefined : problem.wrongType(path, types.join(','), is);
}

/** The format that upstream's language gives a value by itself. */
const numberFormatOf = (value: unknown): string => {
  if (typeof value !== 'number') return '';
  return isInt64(value) ? 'int64' : 'float64';
};

function compositeFindings(schema: JSONSchemaProps, value: unknown, place: Place): Findings {
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  const found = new Findings();
  const { path } = place;
  // An alternative doesn't pass for the value's being as it was; what is in the value may.
  const alternative = (s: JSONSchemaProps) => checkAll(s, value, place);
  if (anyOf.length) addAny(found, anyOf.map(alternative), path);
  if (oneOf.length) addOne(found, oneOf.map(alternative), path);
  if (allOf.length) {
    const all = allOf.map(alternative);
    for (const f of all) found.merge(f);
    const valid = all.filter((f) => f.isValid).length;
    if (valid < all.length) found.add(problem.notAll(path, valid));
  }
  if (not && alternative(not).isValid) found.add(problem.isNot(path));
  found.checks++;
  return found;
}

const better = (best: Findings | undefined, f: Findings): Findings => (!best || f.checks > best.checks ? f : best);

function addAny(found: Findings, alternatives: readonly Findings[], path: string): void {
  let best: Findings | undefined;
  for (const f of alternatives) {
    if (f.isValid) return found.merge(f);
    best = better(best, f);
  }
  found.add(problem.noneOfAny(path));
  if (best) found.merge(best);
}

function addOne(found: Findings, alternatives: readonly Findings[], path: string): void {
  const valid = alternatives.filter((f) => f.isValid);
  if (valid.length === 1) return found.merge(valid[0]!);
  found.add(problem.notExactlyOne(path, valid.length));
  if (!valid.length) found.merge(alternatives.reduce<Findings | undefined>(better, undefined)!);
}

function textProblem(schema: JSONSchemaProps, value: string, path: string): ValueProblem | undefined {
  const { maxLength, minLength, pattern } = schema;
  if (maxLength !== undefined || minLength !== undefined) {
    let length = 0;
    for (const _ of value) length++;
    if (maxLength !== undefined && length > maxLength) return problem.tooLongText(path, maxLength);
    if (minLength !== undefined && length < minLength) return problem.tooShortText(path, value, minLength);
  }
  return pattern && !matches(pattern, value) ? problem.unmatched(path, value, pattern) : undefined;
}

function matches(pattern: string, value: string): boolean {
  try {
    return re2(pattern).test(value);
  } catch {
    // A pattern that isn't one matches nothing; definitions with such patterns are refused.
    return false;
  }
}

function numberFindings(schema: JSONSchemaProps, value: number, place: Place): Findings {
  const { path } = place;
  const found = new Findings();
  const { multipleOf, minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false } = schema;
  const types = typesOf(schema, place);
  const declared = types.length === 1 ? types[0]! : '';
  const isNumeric = declared === 'integer' || declared === 'number';
  const wanted = isNumeric ? { type: declared, format: formatOf(schema, place) } : { type: '', format: '' };
  const range = (what: string, v: number) => (inRange(v, wanted) ? undefined : problem.outOfRange(what, wanted, path));
  // Against a whole number a bound counts as one, too. Defaults are read without telling numbers apart.
  const isWhole = isInt64(value) && !place.isDefault;
  const bound = (b: number) => (isWhole ? Math.trunc(b) : b);
  found.add(range('Checked', value));
  if (multipleOf !== undefined) {
    const misfit = range('MultipleOf', multipleOf);
    found.add(misfit);
    found.add(factorProblem(value, { factor: misfit ? multipleOf : bound(multipleOf), isWhole, path }));
  }
  if (minimum !== undefined) {
    const misfit = range('Minimum boundary', minimum);
    found.add(misfit);
    const min = misfit ? minimum : bound(minimum);
    const isBelow = exclusiveMinimum ? value <= min : value < min;
    if (isBelow) found.add(problem.belowMinimum(path, value, { min, excluded: exclusiveMinimum, isWhole }));
  }
  if (maximum !== undefined) {
    const misfit = range('Maximum boundary', maximum);
    found.add(misfit);
    const max = misfit ? maximum : bound(maximum);
    const isAbove = exclusiveMaximum ? value >= max : value > max;
    if (isAbove) found.add(problem.aboveMaximum(path, value, { max, excluded: exclusiveMaximum, isWhole }));
  }
  found.checks = 1;
  return found;
}

function inRange(value: number, { type, format }: { type: string; format: string }): boolean {
  if (type === 'integer') {
    return isInt64(value) && (format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31));
  }
  return format !== 'float' || Math.abs(value) <= largestFloat32;
}

const largestFloat32 = 3.4028234663852886e38;

function factorProblem(
  value: number,
  { factor, isWhole, path }: { factor: number; isWhole: boolean; path: string },
): ValueProblem | undefined {
  if (factor <= 0) return problem.badFactor(path, factor);
  const times = factor < 1 ? (1 / factor) * value : value / factor;
  return Number.isInteger(times) ? undefined : problem.notMultiple(path, value, { factor, isWhole });
}

function enumProblem({ enum: values = [] }: JSONSchemaProps, value: unknown, path: string): ValueProblem | undefined {
  if (!values.length || values.some((v) => isThis(value, v))) return undefined;
  return problem.notOneOf(path, value, values);
}

/** A number counts as the whole number that it begins with, as upstream converts it. Null is never one of the values. */
function isThis(value: unknown, wanted: unknown): boolean {
  if (value === null || wanted === null) return false;
  const isWhole = typeof value === 'number' && typeof wanted === 'number' && Number.isInteger(wanted);
  return isWhole ? Math.trunc(value) === wanted : equal(value, wanted);
}

function itemFindings(schema: JSONSchemaProps, items: readonly unknown[], place: Place): Findings {
  const { path, before } = place;
  const found = new Findings();
  const of = itemsOf(schema);
  if (of) {
    for (const [i, item] of items.entries()) {
      found.merge(validate(of, item, { ...place, path: `${path}[${i}]`, before: before?.index(i) }));
    }
  }
  const { minItems, maxItems, uniqueItems } = schema;
  if (minItems !== undefined && items.length < minItems) found.add(problem.tooFewItems(path, items.length, minItems));
  if (maxItems !== undefined && items.length > maxItems) found.add(problem.tooManyItems(path, items.length, maxItems));
  if (uniqueItems && items.some((a, i) => items.slice(0, i).some((b) => equal(a, b)))) {
    found.add(problem.repeatedItems(path));
  }
  found.checks++;
  return found;
}

function memberFindings(schema: JSONSchemaProps, value: JsonObject, place: Place): Findings {
  const { path, before } = place;
  const found = new Findings();
  const { minProperties, maxProperties, properties = {}, additionalProperties, required = [] } = schema;
  const names = Object.keys(value);
  if (minProperties !== undefined && names.length < minProperties) {
    found.add(problem.tooFewMembers(path, names.length, minProperties));
  }
  if (maxProperties !== undefined && names.length > maxProperties) {
    found.add(problem.tooManyMembers(path, names.length, maxProperties));
  }
  const check = (name: string, of: JSONSchemaProps, at: string) => {
    // What an object says it is isn't let pass for being as it was.
    const isType = path === '' && isTypeOrMeta(name) && name !== 'metadata';
    found.merge(validate(of, own(value, name), { ...place, path: at, before: isType ? undefined : before?.key(name) }));
  };
  const rest = membersOf(schema);
  for (const name of names) {
    if (Object.hasOwn(properties, name)) continue;
    if (additionalProperties === false) found.add(problem.forbiddenMember(path, name));
    else if (rest) check(name, rest, `${path}.${name}`);
  }
  for (const [name, of] of Object.entries(properties)) {
    if (Object.hasOwn(value, name)) check(name, of, path ? `${path}.${name}` : name);
  }
  for (const name of required) if (!Object.hasOwn(value, name)) found.add(problem.missing(`${path}.${name}`));
  return found;
}
