import { type Type, types } from '../types.ts';
import { escapeIdentifier } from './escaping.ts';
import { isEmbedded, itemsOf, type StructuralSchema, valuesOf, withTypeAndNames } from './structural-schema.ts';

/** A type with what bounds the cost of its values. */
export interface DeclaredType {
  readonly type: Type;
  /** The most elements, properties, characters or bytes that a value has. */
  readonly maxElements: number;
  /** The fewest bytes of JSON that a value takes. */
  readonly minSize: number;
  /** By identifier, for an object. */
  readonly fields?: ReadonlyMap<string, DeclaredType>;
  /** For a list or map. */
  readonly element?: DeclaredType;
  readonly key?: DeclaredType;
}

const largestRequest = 3 * 1024 * 1024;
const simple = (type: Type, minSize: number, maxElements = 0): DeclaredType => ({ type, minSize, maxElements });

export const declared = {
  string: simple(types.string, 2),
  bool: simple(types.bool, 4),
  int: simple(types.int, 1),
  double: simple(types.double, 1),
  dyn: simple(types.dyn, 1),
  list: (element: DeclaredType, maxElements: number): DeclaredType => ({
    type: types.list(element.type),
    minSize: 2,
    maxElements,
    element,
  }),
  map: (element: DeclaredType, maxElements: number, key: DeclaredType = simple(types.string, 2)): DeclaredType => ({
    type: types.map(key.type, element.type),
    minSize: 2,
    maxElements,
    element,
    key,
  }),
  object: (name: string, fields: ReadonlyMap<string, DeclaredType>, minSize = 2): DeclaredType => ({
    type: types.object(name),
    minSize,
    maxElements: 0,
    fields,
  }),
} as const;

interface Naming {
  /** The name of the object type, from which those inside it get theirs. */
  readonly name: string;
  readonly isRoot?: boolean;
}

/** The type of what a schema describes; nothing for what rules can't see since nobody says what it is. */
export function declaredType(schema: StructuralSchema, { name, isRoot = false }: Naming): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return simple(types.dyn, 1, schema.maxLength === undefined ? largestRequest - 2 : charactersOf(schema.maxLength));
  }
  switch (schema.type) {
    case 'array':
      return listOf(schema, name);
    case 'object':
      return valuesOf(schema) ? mapOf(schema, name) : objectOf(schema, { name, isRoot });
    case 'string':
      return textOf(schema);
    case 'boolean':
      return declared.bool;
    case 'number':
      return declared.double;
    case 'integer':
      return declared.int;
    default:
      return undefined;
  }
}

function listOf(schema: StructuralSchema, name: string): DeclaredType | undefined {
  const items = itemsOf(schema);
  const element = items && declaredType(items, { name: `${name}.@idx`, isRoot: isEmbedded(items) });
  if (!element) return undefined;
  const most = schema.maxItems ?? Math.trunc((largestRequest - 2) / (element.minSize + 1));
  return declared.list(element, Math.max(0, most));
}

function mapOf(schema: StructuralSchema, name: string): DeclaredType | undefined {
  const values = valuesOf(schema)!;
  const element = declaredType(values, { name: `${name}.@elem`, isRoot: isEmbedded(values) });
  if (!element) return undefined;
  const most = schema.maxProperties ?? Math.trunc((largestRequest - 2) / (element.minSize + 6));
  return declared.map(element, Math.max(0, most));
}

function objectOf(schema: StructuralSchema, { name, isRoot }: Naming): DeclaredType | undefined {
  const { properties = {}, required = [] } = isRoot ? withTypeAndNames(schema) : schema;
  const fields = new Map<string, DeclaredType>();
  let minSize = 2;
  for (const [property, inside] of Object.entries(properties)) {
    const identifier = escapeIdentifier(property);
    const type = declaredType(inside, { name: `${name}.${identifier ?? property}`, isRoot: isEmbedded(inside) });
    if (!type) continue;
    if (identifier !== undefined) fields.set(identifier, type);
    if (required.includes(property) && inside.default === undefined) {
      minSize += Buffer.byteLength(property) + type.minSize + 4;
    }
  }
  return declared.object(name, fields, minSize);
}

const dateSize = 12;
const dateTimeSize = { min: 21, max: 32 };
const durationSize = { min: 3, max: 32 };

function textOf({ format, maxLength, enum: values = [] }: StructuralSchema): DeclaredType {
  switch (format) {
    case 'byte':
      return simple(types.bytes, 2, maxLength === undefined ? largestRequest - 2 : Math.max(0, maxLength));
    case 'duration':
      return simple(types.duration, durationSize.min, durationSize.max);
    case 'date':
      return simple(types.timestamp, dateSize, dateSize);
    case 'date-time':
      return simple(types.timestamp, dateTimeSize.min, dateTimeSize.max);
  }
  if (maxLength !== undefined) return simple(types.string, 2, charactersOf(maxLength));
  const longest = values.reduce<number>((n, v) => (typeof v === 'string' ? Math.max(n, Buffer.byteLength(v)) : n), 0);
  return simple(types.string, 2, values.length ? longest : largestRequest - 2);
}

/** Lengths are told in characters, and each may take four bytes. */
const charactersOf = (maxLength: number): number => Math.max(0, maxLength) * 4;

/** How often a value of at least this size can occur in one request. */
export const maxCardinality = ({ minSize }: DeclaredType): number => Math.trunc(largestRequest / (minSize + 1));

/** Follows a path through a type; what it can't follow has no known size. */
export function maxElementsAt(root: DeclaredType, path: readonly string[]): number | undefined {
  let at: DeclaredType | undefined = root;
  for (const step of path) {
    if (step === '@items' || step === '@values') at = at.element;
    else if (step === '@keys') at = at.key;
    else at = at.fields?.get(step);
    if (!at) return undefined;
  }
  return at.maxElements;
}
