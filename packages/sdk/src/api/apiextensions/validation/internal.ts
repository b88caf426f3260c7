import { asGiven, copyNotes, equal } from '../../../machinery/index.ts';
import { internalValue } from '../../../schema/index.ts';
import {
  customResourceColumnDefinition,
  customResourceSubresources,
  type CustomResourceDefinitionSpec,
  type CustomResourceDefinitionVersion,
} from '../definition-spec.ts';
import { type JSONSchemaProps, validationRule } from '../json-schema.ts';

/**
 * A definition as upstream looks at it when it checks: what all versions say alike stands beside them, and is told of as
 * standing there.
 */
export interface Gathered extends Declared {
  readonly versions: readonly CustomResourceDefinitionVersion[];
}

/** What a version, or all of them alike, says of its resource. */
export type Declared = Pick<CustomResourceDefinitionVersion, (typeof gatheredFields)[number]>;

const gatheredFields = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

export function gather(spec: CustomResourceDefinitionSpec): Gathered {
  const [first, ...rest] = spec.versions ?? [];
  if (!first) return { versions: [] };
  const alike = gatheredFields.filter((f) => rest.every((v) => equal(v[f], first[f])));
  const versions = [first, ...rest].map((version) => {
    const left = { ...version };
    copyNotes(version, left);
    for (const field of alike) delete left[field];
    return left;
  });
  return { ...Object.fromEntries(alike.map((f) => [f, first[f]])), versions };
}

/** Versions as upstream prints them. */
export const shownVersions = (spec: CustomResourceDefinitionSpec): unknown =>
  spec.versions ? gather(spec).versions.map(shownVersion) : null;

const shownVersion = (v: CustomResourceDefinitionVersion) => ({
  Name: v.name,
  Served: v.served,
  Storage: v.storage,
  Deprecated: v.deprecated ?? false,
  DeprecationWarning: v.deprecationWarning ?? null,
  Schema: v.schema ? { OpenAPIV3Schema: shownSchema(v.schema.openAPIV3Schema) } : null,
  Subresources: v.subresources ? internalValue(customResourceSubresources, v.subresources) : null,
  AdditionalPrinterColumns:
    asGiven(v, 'additionalPrinterColumns')?.map((c) => internalValue(customResourceColumnDefinition, c)) ?? null,
  SelectableFields: asGiven(v, 'selectableFields')?.map(({ jsonPath }) => ({ JSONPath: jsonPath })) ?? null,
});

/** A schema as upstream prints it: all its members, in its own order. */
export function shownSchema(schema: JSONSchemaProps | undefined): unknown {
  if (!schema) return null;
  const list = (of: readonly JSONSchemaProps[] | undefined) => of?.map(shownSchema) ?? null;
  const map = (of: Readonly<Record<string, JSONSchemaProps>> | undefined) =>
    of ? Object.fromEntries(Object.entries(of).map(([k, v]) => [k, shownSchema(v)])) : null;
  const orBool = (of: JSONSchemaProps | boolean | undefined) => {
    if (of === undefined) return null;
    return typeof of === 'boolean' ? { Allows: of, Schema: null } : { Allows: true, Schema: shownSchema(of) };
  };
  const { items, externalDocs } = schema;
  const dependencies = asGiven(schema, 'dependencies');
  return {
    ID: schema.id ?? '',
    Schema: schema.$schema ?? '',
    Ref: schema.$ref ?? null,
    Description: schema.description ?? '',
    Type: schema.type ?? '',
    Nullable: schema.nullable ?? false,
    Format: schema.format ?? '',
    Title: schema.title ?? '',
    Default: schema.default ?? null,
    Maximum: schema.maximum ?? null,
    ExclusiveMaximum: schema.exclusiveMaximum ?? false,
    Minimum: schema.minimum ?? null,
    ExclusiveMinimum: schema.exclusiveMinimum ?? false,
    MaxLength: schema.maxLength ?? null,
    MinLength: schema.minLength ?? null,
    Pattern: schema.pattern ?? '',
    MaxItems: schema.maxItems ?? null,
    MinItems: schema.minItems ?? null,
    UniqueItems: schema.uniqueItems ?? false,
    MultipleOf: schema.multipleOf ?? null,
    Enum: asGiven(schema, 'enum') ?? null,
    MaxProperties: schema.maxProperties ?? null,
    MinProperties: schema.minProperties ?? null,
    Required: asGiven(schema, 'required') ?? null,
    Items: items
      ? {
          Schema: Array.isArray(items) ? null : shownSchema(items),
          JSONSchemas: Array.isArray(items) ? list(items) : null,
        }
      : null,
    AllOf: list(asGiven(schema, 'allOf')),
    OneOf: list(asGiven(schema, 'oneOf')),
    AnyOf: list(asGiven(schema, 'anyOf')),
    Not: shownSchema(schema.not),
    Properties: map(asGiven(schema, 'properties')),
    AdditionalProperties: orBool(schema.additionalProperties),
    PatternProperties: map(asGiven(schema, 'patternProperties')),
    Dependencies: dependencies
      ? Object.fromEntries(
          Object.entries(dependencies).map(([k, v]) => [
            k,
            { Schema: Array.isArray(v) ? null : shownSchema(v), Property: Array.isArray(v) ? v : null },
          ]),
        )
      : null,
    AdditionalItems: orBool(schema.additionalItems),
    Definitions: map(asGiven(schema, 'definitions')),
    ExternalDocs: externalDocs ? { Description: externalDocs.description ?? '', URL: externalDocs.url ?? '' } : null,
    Example: schema.example ?? null,
    XPreserveUnknownFields: schema['x-kubernetes-preserve-unknown-fields'] ?? null,
    XEmbeddedResource: schema['x-kubernetes-embedded-resource'] ?? false,
    XIntOrString: schema['x-kubernetes-int-or-string'] ?? false,
    XListMapKeys: asGiven(schema, 'x-kubernetes-list-map-keys') ?? null,
    XListType: schema['x-kubernetes-list-type'] ?? null,
    XMapType: schema['x-kubernetes-map-type'] ?? null,
    XValidations: asGiven(schema, 'x-kubernetes-validations')?.map((r) => internalValue(validationRule, r)) ?? null,
  };
}
