import { objectMeta } from '@tiphys/sdk/api';
import type { FieldShape, ListShape, Shape, StructShape } from '@tiphys/sdk/machinery';
import { type Dialect, type Json, refTo } from './dialect.ts';

const quantityName = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const intOrStringName = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const timeName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const microTimeName = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';

/** Text for a definition's field, or for the definition itself. */
export type Describe = (field?: string) => string | undefined;

/** A struct as a definition: what a declaration says, in OpenAPI's words. */
export function structSchema(shape: StructShape, dialect: Dialect, describe: Describe): Json {
  const required = [...shape.fields.values()].filter((f) => f.presence === 'required' || f.required).map((f) => f.name);
  const properties = Object.fromEntries(
    [...shape.fields.values()].map((f) => [f.name, fieldSchema(f, dialect, describe(f.name))]),
  );
  const description = describe();
  return {
    ...(description && { description }),
    type: 'object',
    ...(required.length && { required }),
    ...(shape.fields.size && { properties }),
    ...(shape.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    ...(shape.unions?.length && {
      'x-kubernetes-unions': shape.unions.map((u) => ({
        discriminator: u.discriminator,
        'fields-to-discriminateBy': u.members,
      })),
    }),
  };
}

function fieldSchema(field: FieldShape, dialect: Dialect, description: string | undefined): Json {
  const own = valueSchema(field.shape, dialect);
  const strategy = field.patchStrategy ?? (field.shape.type === 'list' ? field.shape.patchStrategy : undefined);
  const around: Json = {
    ...(description && { description }),
    ...(dialect === 'v3' && defaultOf(field)),
    ...(strategy && { 'x-kubernetes-patch-strategy': strategy }),
    ...(field.shape.type === 'list' &&
      field.shape.patchKey && { 'x-kubernetes-patch-merge-key': field.shape.patchKey }),
  };
  // In 3.0 nothing may stand beside a reference.
  if ('$ref' in own && dialect === 'v3' && Object.keys(around).length) return { ...around, allOf: [own] };
  return { ...around, ...own };
}

/** What a field that isn't there counts as: what is declared, else what Go has for a field that isn't a pointer. */
function defaultOf({ shape, presence, nullable, default: declared }: FieldShape): Json {
  if (declared !== undefined) return { default: declared };
  if (shape.type === 'struct') return presence === 'optional' || nullable ? {} : { default: {} };
  return presence === 'required' && !nullable ? zeroOf(shape) : {};
}

function zeroOf({ type }: Shape): Json {
  if (type === 'string') return { default: '' };
  if (type === 'integer' || type === 'number') return { default: 0 };
  if (type === 'boolean') return { default: false };
  return type === 'struct' ? { default: {} } : {};
}

function valueSchema(shape: Shape, dialect: Dialect): Json {
  const ref = (name: string): Json => ({ $ref: refTo(dialect, name) });
  switch (shape.type) {
    case 'string':
      return { type: 'string', ...(shape.enum && { enum: shape.enum }) };
    case 'integer':
      return { type: 'integer', format: `int${shape.bits}` };
    case 'number':
      return { type: 'number', format: 'double' };
    case 'boolean':
      return { type: 'boolean' };
    case 'bytes':
      return {
        type: 'string',
        format: 'byte',
        ...(shape.listType && { 'x-kubernetes-list-type': shape.listType }),
      };
    case 'quantity':
      return ref(quantityName);
    case 'int-or-string':
      return ref(intOrStringName);
    case 'time':
      return ref(shape.micro ? microTimeName : timeName);
    case 'any':
      return shape.name ? ref(shape.name) : { type: 'object' };
    case 'list':
      return listSchema(shape, dialect);
    case 'map':
      return {
        type: 'object',
        additionalProperties: itemSchema(shape.values, dialect),
        ...(shape.atomic && { 'x-kubernetes-map-type': 'atomic' }),
      };
    case 'struct':
    case 'either':
      return ref(shape.name);
  }
}

const listSchema = ({ items, listType, keys }: ListShape, dialect: Dialect): Json => ({
  type: 'array',
  items: itemSchema(items, dialect),
  ...(keys && { 'x-kubernetes-list-map-keys': keys }),
  ...(listType && { 'x-kubernetes-list-type': listType }),
});

function itemSchema(shape: Shape, dialect: Dialect): Json {
  const own = valueSchema(shape, dialect);
  if (dialect === 'v2') return own;
  const around = zeroOf(shape);
  return '$ref' in own && Object.keys(around).length ? { ...around, allOf: [own] } : { ...around, ...own };
}

/** Definitions that aren't structs. */
export const scalarSchema = (name: string, dialect: Dialect): Json | undefined => {
  const both = (...types: string[]): Json =>
    dialect === 'v3' ? { oneOf: types.map((type) => ({ type })) } : { type: 'string' };
  switch (name) {
    case quantityName:
      return both('string', 'number');
    case intOrStringName:
      return { format: 'int-or-string', ...both('integer', 'string') };
    case timeName:
    case microTimeName:
      return { type: 'string', format: 'date-time' };
    default:
      return undefined;
  }
};

/** The definitions that a shape mentions; `visit` says whether it wants to see what is inside of a struct. */
export function mentions(shape: Shape, visit: (name: string, struct?: StructShape) => boolean): void {
  switch (shape.type) {
    case 'list':
      return mentions(shape.items, visit);
    case 'map':
      return mentions(shape.values, visit);
    case 'struct':
      if (!visit(shape.name, shape)) return;
      // What is published by a schema of its own refers to nothing but metadata.
      if (shape.published) return mentions(objectMeta.shape, visit);
      for (const f of shape.fields.values()) mentions(f.shape, visit);
      return;
    case 'any':
      if (shape.name) visit(shape.name);
      return;
    case 'either':
      visit(shape.name);
      mentions(shape.struct.shape, visit);
      return;
    case 'quantity':
      visit(quantityName);
      return;
    case 'int-or-string':
      visit(intOrStringName);
      return;
    case 'time':
      visit(shape.micro ? microTimeName : timeName);
      return;
    default:
  }
}
