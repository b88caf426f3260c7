import { Correlation } from '../../cel/index.ts';
import {
  type FieldError,
  isObject,
  type JsonObject,
  type KubeObject,
  Path,
  type StructShape,
} from '../../machinery/index.ts';
import { embeddedRules } from './embedded-rules.ts';
import type { JSONSchemaProps } from './json-schema.ts';
import { listRules } from './list-rules.ts';
import { valueProblems } from './validator.ts';

/** What a schema refuses of a custom resource's values. What an update leaves as it was passes, whatever the schema says now. */
export function* schemaValueRules(
  schema: JSONSchemaProps,
  next: KubeObject,
  old: KubeObject | undefined,
): Iterable<FieldError> {
  const before = old && new Correlation(next, old, schema);
  for (const p of valueProblems(schema, next, { before })) yield p.at(undefined);
}

/** The same of its status alone. */
export function* schemaStatusRules(
  schema: JSONSchemaProps,
  next: KubeObject & { status?: unknown },
  old: KubeObject & { status?: unknown },
): Iterable<FieldError> {
  const of = schema.properties?.['status'];
  if (!of || next.status === undefined) return;
  const before = old.status === undefined ? undefined : new Correlation(next.status, old.status, of);
  for (const p of valueProblems(of, next.status, { before })) yield p.at(new Path('status'));
}

export const schemaEmbeddedRules = (
  schema: JSONSchemaProps,
  next: KubeObject,
  meta: StructShape,
): Iterable<FieldError> => embeddedRules(schema, asJson(next), { meta });

/** Lists that were wrong before may stay so. */
export function* schemaListRules(
  schema: JSONSchemaProps,
  next: KubeObject,
  old: KubeObject | undefined,
): Iterable<FieldError> {
  if (old && !isEmpty(listRules(schema, asJson(old)))) return;
  yield* listRules(schema, asJson(next));
}

const isEmpty = (errors: Iterable<FieldError>): boolean => {
  for (const _ of errors) return false;
  return true;
};

const asJson = (object: KubeObject): JsonObject => (isObject(object) ? object : {});
