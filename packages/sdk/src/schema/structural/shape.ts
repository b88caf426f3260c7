import type { FieldShape, JsonObject, ListShape, Shape, StructShape } from '../../machinery/index.ts';
import { itemsOf, type JSONSchemaProps, membersOf } from './json-schema.ts';
import { readResource } from './read.ts';

/** What nobody has said anything of: objects in it are owned member by member, everything else as a whole. */
const deduced: Shape = { type: 'any', deduced: true };
const text: Shape = { type: 'string' };
/** A scalar of any type. */
const scalar: Shape = { type: 'int-or-string' };

/** How a value is merged and owned, as far as its schema says: computed where somebody looks, and kept with the schema. */
const plain = new WeakMap<JSONSchemaProps, Shape>();
/** The same below something that keeps fields which no schema knows. */
const preserving = new WeakMap<JSONSchemaProps, Shape>();

interface Around {
  /** Fields that no schema knows may be there. */
  readonly preserves: boolean;
  readonly meta: StructShape;
}

/** The struct of a custom kind, under its published name, read by its schema rather than as a type. */
export function resourceShape(
  schemaOf: () => JSONSchemaProps | undefined,
  { name, meta }: { name: string; meta: StructShape },
): StructShape {
  let members: StructShape | undefined;
  const own = () => (members ??= structOf(schemaOf() ?? {}, { preserves: false, meta }, { isResource: true }));
  return {
    type: 'struct',
    name,
    get fields() {
      return own().fields;
    },
    get rest() {
      return own().rest;
    },
    published: () => schemaOf() as JsonObject | undefined,
    read: (value, context) => readResource(value as JsonObject, schemaOf(), { ...context, meta }),
  };
}

function shapeOf(schema: JSONSchemaProps, around: Around): Shape {
  const known = around.preserves ? preserving : plain;
  let shape = known.get(schema);
  if (!shape) known.set(schema, (shape = compile(schema, around)));
  return shape;
}

function compile(schema: JSONSchemaProps, around: Around): Shape {
  if (schema['x-kubernetes-int-or-string']) return scalar;
  switch (schema.type) {
    case 'object':
      return objectOf(schema, around);
    case 'array':
      return listOf(schema, around);
    case 'integer':
    case 'number':
      return { type: 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'string':
      return !schema.format || schema.format === 'byte' ? text : scalar;
    default:
      return schema.properties ? objectOf(schema, around) : deduced;
  }
}

function objectOf(schema: JSONSchemaProps, around: Around): Shape {
  const isResource = schema['x-kubernetes-embedded-resource'] ?? false;
  const { additionalProperties } = schema;
  const isMap = !schema.properties && !isResource && additionalProperties !== false;
  if (!isMap) return structOf(schema, around, { isResource });
  const preserves = around.preserves || (schema['x-kubernetes-preserve-unknown-fields'] ?? false);
  const of = membersOf(schema);
  const values = of ? shapeOf(of, { ...around, preserves }) : deduced;
  return { type: 'map', values, ...atomicity(schema) };
}

const atomicity = (schema: JSONSchemaProps) => schema['x-kubernetes-map-type'] === 'atomic' && { atomic: true };

function structOf(schema: JSONSchemaProps, around: Around, { isResource }: { isResource: boolean }): StructShape {
  const { properties = {}, additionalProperties } = schema;
  const preserves = around.preserves || (schema['x-kubernetes-preserve-unknown-fields'] ?? false);
  const inside = { ...around, preserves };
  const isOpen = additionalProperties === undefined ? preserves || !schema.properties : additionalProperties;
  const of = membersOf(schema);
  let fields: ReadonlyMap<string, FieldShape> | undefined;
  const fieldsOf = () => {
    const made = new Map<string, FieldShape>();
    const add = (name: string, shape: Shape, more: Partial<FieldShape> = {}) =>
      made.set(name, { name, number: 0, presence: 'optional', shape, ...more });
    for (const [name, property] of Object.entries(properties)) {
      add(name, shapeOf(property, inside), property.default === undefined ? {} : { default: property.default });
    }
    if (isResource) {
      add('apiVersion', text);
      add('kind', text);
      add('metadata', around.meta);
    }
    return made;
  };
  return {
    type: 'struct',
    name: '',
    get fields() {
      return (fields ??= fieldsOf());
    },
    ...(isOpen && { rest: of ? shapeOf(of, inside) : deduced }),
    ...atomicity(schema),
  };
}

function listOf(schema: JSONSchemaProps, around: Around): ListShape {
  const preserves = around.preserves || (schema['x-kubernetes-preserve-unknown-fields'] ?? false);
  const of = itemsOf(schema);
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    type: 'list',
    items: of ? shapeOf(of, { ...around, preserves }) : { type: 'any' },
    listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
    ...(keys && { keys }),
  };
}
