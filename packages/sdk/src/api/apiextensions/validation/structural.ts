import {
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  lineOf,
  type Path,
  re2,
  required,
} from '../../../machinery/index.ts';
import { messageOf } from '../../../runtime/index.ts';
import type { JSONSchemaProps } from '../json-schema.ts';

type Level = 'root' | 'item' | 'field';

const emptyType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Whether a schema says of every part of a value what it is, in one place: upstream's ValidateStructural. */
export function structuralProblems(schema: JSONSchemaProps, at: Path): FieldError[] {
  const all = [...invariants(schema, 'root', at), ...completeness(schema, schema, { at, said: at })];
  return all.toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
}

/** What can't be looked at as a structural schema at all. */
export function unsupportedProblem(schema: JSONSchemaProps): string | undefined {
  const { items, properties = {}, additionalProperties, allOf = [], anyOf = [], oneOf = [], not } = schema;
  const own = unsupported(schema);
  if (own) return `OpenAPIV3Schema '${own}' is not supported`;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  if (Array.isArray(items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  const inside = [items, not, ...allOf, ...anyOf, ...oneOf, ...Object.values(properties)];
  if (typeof additionalProperties === 'object') inside.push(additionalProperties);
  for (const part of inside) {
    const problem = part && unsupportedProblem(part);
    if (problem) return problem;
  }
  return undefined;
}

function unsupported(s: JSONSchemaProps): string | undefined {
  if (s.id) return 'id';
  if (s.$schema) return 'schema';
  if (s.$ref) return '$ref';
  if (s.patternProperties) return 'patternProperties';
  if (s.dependencies) return 'dependencies';
  if (s.additionalItems !== undefined) return 'additionalItems';
  return s.definitions ? 'definitions' : undefined;
}

function* invariants(schema: JSONSchemaProps, level: Level, at: Path): Iterable<FieldError> {
  const { type = '', items, properties = {}, additionalProperties } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] ?? false;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] ?? false;
  const isIntOrString = schema['x-kubernetes-int-or-string'] ?? false;
  if (type === 'array' && !items) yield required(at.child('items'), 'must be specified');
  if (items && !Array.isArray(items)) yield* invariants(items, 'item', at.child('items'));
  for (const [name, property] of Object.entries(properties)) {
    yield* invariants(property, 'field', at.child('properties').key(name));
  }
  if (additionalProperties !== undefined) {
    if (level === 'root') yield forbiddenAt(at.child('additionalProperties'), 'must not be used at the root');
    if (typeof additionalProperties === 'object') {
      yield* invariants(additionalProperties, 'field', at.child('additionalProperties'));
    }
  }
  const never = 'must be false if x-kubernetes-int-or-string is true';
  if (isIntOrString && preserves) yield invalid(at.child('x-kubernetes-preserve-unknown-fields'), true, never);
  if (isIntOrString && isEmbedded) yield invalid(at.child('x-kubernetes-embedded-resource'), true, never);
  yield* valueRules(schema, at, {
    skipAnyOf: isIntOrStringPattern(schema.anyOf),
    skipFirst: isIntOrStringPattern(schema.allOf?.[0]?.anyOf),
  });

  if (isEmbedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    yield type ? invalid(at.child('type'), type, why) : required(at.child('type'), why);
  } else if (!type && !isIntOrString && !preserves) yield required(at.child('type'), emptyType[level]);
  if (isEmbedded && additionalProperties !== undefined) {
    yield forbiddenAt(at.child('additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set');
  }
  if (level === 'root' && type && type !== 'object')
    yield invalid(at.child('type'), type, 'must be object at the root');
  yield* metaRules(schema, at, { level, isEmbedded });
  if (isEmbedded && !preserves && !Object.keys(properties).length) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    yield required(at.child('properties'), why);
  }
}

function* metaRules(
  { properties = {} }: JSONSchemaProps,
  at: Path,
  { level, isEmbedded }: { level: Level; isEmbedded: boolean },
): Iterable<FieldError> {
  const isObjectItself = level === 'root' || isEmbedded;
  for (const name of ['kind', 'apiVersion']) {
    const type = properties[name]?.type ?? '';
    if (isObjectItself && properties[name] && type !== 'string') {
      yield invalid(at.child('properties').key(name).child('type'), type, 'must be string');
    }
  }
  const { metadata } = properties;
  if (!metadata) return;
  const here = at.child('properties').key('metadata');
  if (isObjectItself && metadata.type !== 'object') {
    yield invalid(here.child('type'), metadata.type ?? '', 'must be object');
  }
  if (level !== 'root') return;
  const { type: _t, default: _d, properties: names = {}, ...rest } = metadata;
  const onlyNames = Object.keys(names).every((n) => n === 'name' || n === 'generateName');
  if (onlyNames && !Object.keys(rest).length) return;
  const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  yield forbiddenAt(here, why);
}

const isIntOrStringPattern = (anyOf: readonly JSONSchemaProps[] | undefined): boolean =>
  equal(anyOf, [{ type: 'integer' }, { type: 'string' }]);

interface Skip {
  readonly skipAnyOf?: boolean;
  readonly skipFirst?: boolean;
}

/** Of what is asked of values: only conditions, no structure. */
function* valueRules(schema: JSONSchemaProps, at: Path, { skipAnyOf, skipFirst }: Skip): Iterable<FieldError> {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  if (!skipAnyOf) for (const [i, s] of anyOf.entries()) yield* nestedRules(s, at.child('anyOf').index(i));
  for (const [i, s] of allOf.entries()) {
    yield* nestedRules(s, at.child('allOf').index(i), { skipAnyOf: Boolean(skipFirst) && i === 0 });
  }
  for (const [i, s] of oneOf.entries()) yield* nestedRules(s, at.child('oneOf').index(i));
  if (not) yield* nestedRules(not, at.child('not'));
  const problem = pattern ? patternProblem(pattern) : undefined;
  if (problem) {
    yield invalid(at.child('pattern'), pattern, `must be a valid regular expression, but isn't: ${problem}`);
  }
}

function patternProblem(pattern: string): string | undefined {
  try {
    re2(pattern);
    return undefined;
  } catch (err) {
    return messageOf(err);
  }
}

const empty = 'must be empty to be structural';
const undefinedOnly = 'must be undefined to be structural';
const falseOnly = 'must be false to be structural';

function* nestedRules(schema: JSONSchemaProps, at: Path, skip: Skip = {}): Iterable<FieldError> {
  yield* valueRules(schema, at, skip);
  const { items, properties = {}, additionalProperties } = schema;
  if (items && !Array.isArray(items)) yield* nestedRules(items, at.child('items'));
  for (const [name, s] of Object.entries(properties)) yield* nestedRules(s, at.child('properties').key(name));
  if (schema.type) yield forbiddenAt(at.child('type'), empty);
  if (additionalProperties) yield forbiddenAt(at.child('additionalProperties'), undefinedOnly);
  if (schema.default !== undefined) yield forbiddenAt(at.child('default'), undefinedOnly);
  if (schema.title) yield forbiddenAt(at.child('title'), empty);
  if (schema.description) yield forbiddenAt(at.child('description'), empty);
  if (schema.nullable) yield forbiddenAt(at.child('nullable'), falseOnly);
  for (const [word, why] of forbiddenExtensions) {
    const value = schema[word];
    if (value !== undefined && value !== false) yield forbiddenAt(at.child(word), why);
  }
  if (properties['metadata']) {
    yield forbiddenAt(at.child('properties').key('metadata'), 'must not be specified in a nested context');
  }
}

const forbiddenExtensions = [
  ['x-kubernetes-preserve-unknown-fields', falseOnly],
  ['x-kubernetes-embedded-resource', falseOnly],
  ['x-kubernetes-int-or-string', falseOnly],
  ['x-kubernetes-list-map-keys', empty],
  ['x-kubernetes-list-type', undefinedOnly],
  ['x-kubernetes-map-type', undefinedOnly],
  ['x-kubernetes-validations', empty],
] as const;

interface Places {
  readonly at: Path;
  /** Where the condition stands that speaks of it. */
  readonly said: Path;
}

/** Whatever conditions speak of must be there in the structure. */
function* completeness(
  condition: JSONSchemaProps,
  schema: JSONSchemaProps | undefined,
  { at, said }: Places,
): Iterable<FieldError> {
  const { not, allOf = [], anyOf = [], oneOf = [] } = condition;
  if (not) yield* nestedCompleteness(not, schema, { at, said: said.child('not') });
  for (const [word, parts] of [
    ['allOf', allOf],
    ['anyOf', anyOf],
    ['oneOf', oneOf],
  ] as const) {
    for (const [i, part] of parts.entries()) {
      yield* nestedCompleteness(part, schema, { at, said: said.child(word).index(i) });
    }
  }
}

function* nestedCompleteness(
  condition: JSONSchemaProps,
  schema: JSONSchemaProps | undefined,
  { at, said }: Places,
): Iterable<FieldError> {
  if (!schema) {
    yield required(at, `because it is defined in ${said.toString()}`);
    return;
  }
  yield* completeness(condition, schema, { at, said });
  const { items, properties = {} } = condition;
  if (items && !Array.isArray(items)) {
    const of = Array.isArray(schema.items) ? undefined : schema.items;
    yield* nestedCompleteness(items, of, { at: at.child('items'), said: said.child('items') });
  }
  for (const [name, part] of Object.entries(properties)) {
    const [here, there] = [at.child('properties').key(name), said.child('properties').key(name)];
    yield* nestedCompleteness(part, schema.properties?.[name], { at: here, said: there });
  }
}
