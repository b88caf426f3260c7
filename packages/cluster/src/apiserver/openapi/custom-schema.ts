import { objectMeta } from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import { itemsOf, type JSONSchemaProps, membersOf } from '@tiphys/sdk/schema';
import { type Dialect, type Json, refTo } from './dialect.ts';

const preserves = 'x-kubernetes-preserve-unknown-fields';
const apiVersion = {
  type: 'string',
  description: 'The version of the schema that this representation of an object follows. Servers may refuse versions.',
};
const kind = {
  type: 'string',
  description: 'The resource that this object represents, in CamelCase. It never changes.',
};

/** A defined kind's schema as it is published: with what every object has, and in OpenAPI 2 as far as that can say it. */
export function customSchema(schema: JSONSchemaProps | undefined, dialect: Dialect): Json {
  if (!schema || (dialect === 'v2' && schema[preserves])) return { type: 'object' };
  const { properties, ...rest } = schemaIn(schema, dialect);
  return { ...rest, properties: { ...(properties as Json), ...typeAndMeta(dialect) } };
}

const typeAndMeta = (dialect: Dialect): Json => {
  const reference = { $ref: refTo(dialect, objectMeta.shape.name) };
  const description = 'The object’s metadata.';
  // In 3.0 nothing may stand beside a reference.
  const metadata = dialect === 'v3' ? { description, allOf: [reference] } : { description, ...reference };
  return { apiVersion, kind, metadata };
};

function schemaIn(given: JSONSchemaProps, dialect: Dialect): Json {
  const schema = dialect === 'v2' ? inV2(given) : unfolded(given);
  const { properties, ...rest } = schema;
  const [items, members] = [itemsOf(schema), membersOf(schema)];
  const inside = Object.entries(properties ?? {}).map(([name, of]) => [name, schemaIn(of, dialect)] as const);
  const out: Json = {
    ...rest,
    ...(properties && { properties: Object.fromEntries(inside) }),
    ...(items && { items: schemaIn(items, dialect) }),
    ...(members && { additionalProperties: schemaIn(members, dialect) }),
  };
  if (!schema['x-kubernetes-embedded-resource'] || (dialect === 'v2' && schema[preserves])) return out;
  const required = new Set([...(schema.required ?? []), 'kind', 'apiVersion']);
  return { ...out, properties: { ...(out['properties'] as Json), ...typeAndMeta(dialect) }, required: [...required] };
}

const eitherType: JSONSchemaProps[] = [{ type: 'integer' }, { type: 'string' }];

/** What `int-or-string` means is said in OpenAPI's own words, too. */
function unfolded(schema: JSONSchemaProps): JSONSchemaProps {
  if (!schema['x-kubernetes-int-or-string']) return schema;
  if (equal(schema.anyOf, eitherType) || equal(schema.allOf?.[0]?.anyOf, eitherType)) return schema;
  if (!schema.anyOf) return { ...schema, anyOf: eitherType };
  return { ...schema, allOf: [{ anyOf: eitherType }, ...(schema.allOf ?? [])] };
}

/** OpenAPI 2 knows neither alternatives nor nulls; its readers take what isn't said for refused. */
function inV2(schema: JSONSchemaProps): JSONSchemaProps {
  const { allOf: _a, anyOf: _n, oneOf: _o, not: _x, nullable, ...rest } = schema;
  const out: JSONSchemaProps = { ...rest };
  if (nullable || out[preserves]) {
    delete out.items;
    delete out.properties;
  }
  if (nullable || (out.type === 'array' && !out.items) || (out[preserves] && out.type === 'object')) delete out.type;
  const required = (out.required ?? []).filter((name) => !out.properties?.[name]?.nullable);
  if (!required.length || membersOf(out)?.nullable) delete out.required;
  else out.required = required;
  return out;
}
