import { resolvePath } from '../../../cel/index.ts';
import {
  asGiven,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  oneOfThese,
  type Path,
  required,
} from '../../../machinery/index.ts';
import type { JSONSchemaProps, ValidationRule } from '../json-schema.ts';
import { unsupportedProblem } from './structural.ts';

export const schemaTypes = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaFields = ['metadata', 'kind', 'apiVersion'];
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** Leniency towards definitions that were stored before. */
export interface SchemaRules {
  readonly requireValidTypes: boolean;
  readonly requireAtomicSets: boolean;
  readonly requireMapKeys: boolean;
}

interface Where extends SchemaRules {
  readonly isRoot?: boolean;
  /** Why defaults must not be here. */
  readonly noDefaults?: string | undefined;
  readonly insideMeta?: boolean;
}

/** Upstream's ValidateCustomResourceDefinitionOpenAPISchema; expressions are compiled by whoever can evaluate them. */
export function* schemaRules(schema: JSONSchemaProps | undefined, at: Path, where: Where): Iterable<FieldError> {
  if (!schema) return;
  yield* supportedRules(schema, at, where);
  const { properties = {}, additionalProperties, items } = schema;
  const { isRoot = false, ...inside } = where;
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    yield forbiddenAt(at.child('uniqueItems'), why);
  }
  if (additionalProperties !== undefined) {
    if (Object.keys(properties).length && additionalProperties !== true) {
      yield forbiddenAt(at.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive');
    }
    if (typeof additionalProperties === 'object') {
      const noDefaults = where.insideMeta
        ? 'inside additionalProperties applying to object metadata'
        : where.noDefaults;
      yield* schemaRules(additionalProperties, at.child('additionalProperties'), { ...inside, noDefaults });
    }
  }
  for (const [name, property] of Object.entries(properties)) {
    const isMeta = (isRoot || schema['x-kubernetes-embedded-resource']) && metaFields.includes(name);
    yield* schemaRules(property, at.child('properties').key(name), {
      ...inside,
      ...(isMeta && { insideMeta: true }),
      ...(isMeta && isRoot && { noDefaults: `in top-level ${name}` }),
    });
  }
  yield* schemaRules(schema.not, at.child('not'), inside);
  for (const word of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, s] of (schema[word] ?? []).entries()) yield* schemaRules(s, at.child(word).index(i), inside);
  }
  for (const [name, s] of Object.entries(schema.definitions ?? {})) {
    yield* schemaRules(s, at.child('definitions').key(name), inside);
  }
  if (Array.isArray(items)) {
    for (const [i, s] of items.entries()) yield* schemaRules(s, at.child('items').index(i), inside);
  } else yield* schemaRules(items, at.child('items'), inside);
  for (const [name, s] of Object.entries(schema.dependencies ?? {})) {
    if (!Array.isArray(s)) yield* schemaRules(s, at.child('dependencies').key(name), inside);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    yield invalid(at.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined');
  }
  yield* mapTypeRules(schema, at);
  yield* listTypeRules(schema, at, where);
  for (const [i, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    yield* ruleRules(rule, schema, at.child('x-kubernetes-validations').index(i));
  }
}

function* supportedRules(schema: JSONSchemaProps, at: Path, where: Where): Iterable<FieldError> {
  const { type } = schema;
  if (where.requireValidTypes && type) yield* oneOfThese(type, schemaTypes, at.child('type'));
  if (schema.default !== undefined && where.noDefaults !== undefined) {
    yield forbiddenAt(at.child('default'), `must not be set ${where.noDefaults}`);
  }
  if (schema.id) yield forbiddenAt(at.child('id'), 'id is not supported');
  for (const word of ['additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const) {
    // Of these, none at all and an empty one are two things.
    const given = word === 'dependencies' ? asGiven(schema, word) : schema[word];
    if (given !== undefined) yield forbiddenAt(at.child(word), `${word} is not supported`);
  }
  if (type === 'null') {
    yield forbiddenAt(at.child('type'), 'type cannot be set to null, use nullable as an alternative');
  }
  if (Array.isArray(schema.items) && schema.items.length) {
    yield forbiddenAt(at.child('items'), 'items must be a schema object and not an array');
  }
  if (where.insideMeta && schema['x-kubernetes-embedded-resource']) {
    yield forbiddenAt(at.child('x-kubernetes-embedded-resource'), 'must not be used inside of resource meta');
  }
}

function* mustBe(type: 'object' | 'array', word: string, schema: JSONSchemaProps, at: Path): Iterable<FieldError> {
  if (schema.type === type) return;
  const why = `must be ${type} if ${word} is specified`;
  yield schema.type ? invalid(at.child('type'), schema.type, why) : required(at.child('type'), why);
}

function* mapTypeRules(schema: JSONSchemaProps, at: Path): Iterable<FieldError> {
  const word = 'x-kubernetes-map-type';
  const mapType = schema[word];
  if (mapType === undefined) return;
  yield* mustBe('object', word, schema, at);
  yield* oneOfThese(mapType, ['atomic', 'granular'], at.child(word));
}

function* listTypeRules(schema: JSONSchemaProps, at: Path, where: SchemaRules): Iterable<FieldError> {
  const word = 'x-kubernetes-list-type';
  const listType = schema[word];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = Array.isArray(schema.items) ? undefined : schema.items;
  if (listType !== undefined) {
    if (schema.type !== 'array') yield* mustBe('array', word, schema, at);
    else if (where.requireAtomicSets && listType === 'set' && items) yield* setItemRules(items, at.child('items'));
    if (!['atomic', 'set', 'map'].includes(listType)) {
      yield notSupported(at.child(word), listType, ['atomic', 'set', 'map']);
    }
  }
  if (keys.length && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    yield listType === undefined ? required(at.child(word), why) : invalid(at.child(word), listType, why);
  }
  if (listType === 'map') yield* mapListRules(schema, at);
  if (where.requireMapKeys && items && (listType === 'set' || listType === 'map')) {
    yield* keyedItemRules(items, at.child('items'), { listType, keys });
  }
}

/** Items of a set are told apart as wholes. */
export function* setItemRules(items: JSONSchemaProps, at: Path): Iterable<FieldError> {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  const mapType = items['x-kubernetes-map-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    yield invalid(at.child('x-kubernetes-list-type'), listType, why);
  }
  // Upstream shows the list type here, too.
  if (items.type === 'object' && mapType !== 'atomic') {
    yield invalid(at.child('x-kubernetes-map-type'), listType ?? null, why);
  }
}

function* mapListRules(schema: JSONSchemaProps, at: Path): Iterable<FieldError> {
  const word = 'x-kubernetes-list-map-keys';
  const keys = schema[word] ?? [];
  if (!keys.length) yield required(at.child(word), 'must not be empty if x-kubernetes-list-type is map');
  const { items } = schema;
  if (!items) {
    yield required(at.child('items'), 'must have a schema if x-kubernetes-list-type is map');
    return;
  }
  if (Array.isArray(items)) {
    yield invalid(at.child('items'), items, 'must only have a single schema if x-kubernetes-list-type is map');
    return;
  }
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    yield invalid(at.child('items', 'type'), items.type ?? '', why);
    return;
  }
  for (const [i, key] of keys.entries()) {
    const property = items.properties?.[key];
    if (!property) yield invalid(at.child(word), keys, 'entries must all be names of item properties');
    else if (property.type === 'array' || property.type === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      yield invalid(at.child('items', 'properties').key(key).child('type'), items.type, why);
    }
    if (keys.indexOf(key) < i) yield invalid(at.child(word), keys, 'must not contain duplicate entries');
  }
}

export function* keyedItemRules(
  items: JSONSchemaProps,
  at: Path,
  { listType, keys }: { listType: string; keys: readonly string[] },
): Iterable<FieldError> {
  if (items.nullable) {
    yield forbiddenAt(at.child('nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`);
  }
  if (listType !== 'map') return;
  for (const key of keys) {
    const property = items.properties?.[key];
    const here = at.child('properties').key(key);
    if (!property) continue;
    const is = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!items.required?.includes(key) && property.default === undefined) {
      yield required(here.child('default'), `${is} must have a default or be a required property`);
    }
    if (property.nullable) yield forbiddenAt(here.child('nullable'), `${is} cannot be nullable`);
  }
}

function* ruleRules(rule: ValidationRule, schema: JSONSchemaProps, at: Path): Iterable<FieldError> {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const lines = /[\n\r]/;
  if (!rule.rule.trim()) yield required(at.child('rule'), 'rule is not specified');
  else if (message && !message.trim()) yield invalid(at.child('message'), message, 'must be non-empty if specified');
  else if (lines.test(message.trim())) yield invalid(at.child('message'), message, 'must not contain line breaks');
  else if (lines.test(rule.rule.trim()) && !message.trim()) {
    yield required(at.child('message'), 'message must be specified if rule contains line breaks');
  }
  if (messageExpression && !messageExpression.trim()) {
    yield required(at.child('messageExpression'), 'messageExpression must be non-empty if specified');
  }
  yield* oneOfThese(reason, reasons, at.child('reason'));
  if (!fieldPath) return;
  const here = at.child('fieldPath');
  if (!fieldPath.trim()) yield invalid(here, fieldPath, 'must be non-empty if specified');
  if (lines.test(fieldPath)) yield invalid(here, fieldPath, 'must not contain line breaks');
  // Where the schema can't be looked at, nobody knows what is in it.
  if (unsupportedProblem(schema) === undefined && 'problem' in resolvePath(fieldPath, schema))
    yield invalid(here, fieldPath, 'must be a valid path');
}
