import { RuleSet } from '../../../cel/index.ts';
import {
  type FieldError,
  invalid,
  isObject,
  type JsonObject,
  lineOf,
  type Path,
  put,
} from '../../../machinery/index.ts';
import {
  DecodeError,
  embeddedRules,
  isTypeOrMeta,
  itemsOf,
  type JSONSchemaProps,
  unknownFields,
  valueProblems,
} from '../../../schema/index.ts';
import { objectMeta } from '../../meta/object-meta.ts';

const meta = objectMeta.shape;
const embedded = 'x-kubernetes-embedded-resource';

interface Where {
  /** The resource that the default is in: the root, or one inside of it. */
  readonly resource: JSONSchemaProps;
  /** Puts a value where the default stands in that resource. */
  readonly around: (value: unknown) => unknown;
  readonly insideMeta: boolean;
  readonly requirePruned: boolean;
}

/** Upstream's ValidateDefaults: a default must be good where it stands. */
export function* defaultRules(
  root: JSONSchemaProps,
  at: Path,
  { requirePruned }: { requirePruned: boolean },
): Iterable<FieldError> {
  const resource = { ...root, [embedded]: true };
  yield* rules(resource, at, { resource, around: (value) => value, insideMeta: false, requirePruned });
}

function* rules(schema: JSONSchemaProps, at: Path, where: Where): Iterable<FieldError> {
  const isResource = schema[embedded] ?? false;
  const here: Where = isResource ? { ...where, resource: schema, around: (value) => value, insideMeta: false } : where;
  if (schema.default !== undefined && schema.default !== null) yield* ofDefault(schema, at.child('default'), here);
  const of = itemsOf(schema);
  if (of) yield* rules(of, at.child('items'), { ...here, around: (value) => here.around([value]) });
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* rules(property, at.child('properties').key(name), {
      ...here,
      around: (value) => here.around(objectWith(name, value)),
      insideMeta: here.insideMeta || (isResource && isTypeOrMeta(name)),
    });
  }
}

function objectWith(name: string, value: unknown): JsonObject {
  const object: JsonObject = {};
  put(object, name, value);
  return object;
}

function* ofDefault(schema: JSONSchemaProps, at: Path, where: Where): Iterable<FieldError> {
  const { default: value } = schema;
  let errors = where.insideMeta ? metaProblems(value, at, where) : resourceProblems(schema, at);
  if (!where.insideMeta && where.requirePruned && hasUnknown(value, schema)) {
    yield invalid(at, value, 'must not have unknown fields');
  }
  if (!errors.length) errors = valueProblems(schema, value, { isDefault: true }).map((p) => p.at(at));
  if (!errors.length) errors = expressionProblems(schema, at);
  yield* errors;
}

function hasUnknown(value: unknown, schema: JSONSchemaProps): boolean {
  try {
    return unknownFields(value, schema, meta).length > 0;
  } catch (err) {
    if (err instanceof DecodeError) return false;
    throw err;
  }
}

/** What its rules say of a default, which counts as what was there before, too. */
function expressionProblems(schema: JSONSchemaProps, at: Path): FieldError[] {
  const rules = RuleSet.of(schema, { isRoot: schema[embedded] ?? false });
  return [...(rules?.evaluate({ object: schema.default, oldObject: schema.default, at, isStrict: true }).errors ?? [])];
}

/** Resources in a default must be ones. One that can't even be read is told of alone. */
function resourceProblems(schema: JSONSchemaProps, at: Path): FieldError[] {
  const errors = [...embeddedRules(schema, schema.default, { meta, at })];
  try {
    unknownFields(schema.default, schema, meta);
    return errors;
  } catch (err) {
    if (!(err instanceof DecodeError)) throw err;
    return errors.filter(({ type }) => type === 'FieldValueInvalid').slice(0, 1);
  }
}

/** A default inside of metadata must make good metadata of whatever it is filled into. */
function metaProblems(value: unknown, at: Path, { resource, around }: Where): FieldError[] {
  const object = around(value);
  const whole = { apiVersion: 'validation/v1', kind: 'Validation', ...(isObject(object) ? object : {}) };
  const errors = [...embeddedRules(resource, whole, { meta })];
  if (!errors.length) return [];
  const lines = errors.map(lineOf);
  const why = lines.length > 1 ? `[${lines.join(', ')}]` : lines[0]!;
  return [invalid(at, value, `must result in valid metadata: ${why}`)];
}

/** Whether some default has fields that its schema doesn't know: definitions that had such may keep them. */
export const hasUnprunedDefault = (schema: JSONSchemaProps): boolean =>
  schema.default !== undefined && schema.default !== null && hasUnknown(schema.default, schema);
