import { type JSONSchemaProps, s, type Struct } from '../../schema/index.ts';
export type { JSONSchemaProps };

const of = (name: string): string => `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${name}`;

const externalDocumentationShape = s.struct(of('ExternalDocumentation'), {
  description: s.zero(1, s.str()),
  url: s.zero(2, s.str()),
});
export interface ExternalDocumentation extends s.Out<typeof externalDocumentationShape> {}
export const externalDocumentation: Struct<ExternalDocumentation> = externalDocumentationShape;

const validationRuleShape = s.struct(of('ValidationRule'), {
  rule: s.req(1, s.str()),
  message: s.zero(2, s.str()),
  messageExpression: s.zero(3, s.str()),
  reason: s.opt(4, s.oneOf('FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired')),
  fieldPath: s.zero(5, s.str()),
  optionalOldSelf: s.opt(6, s.bool()),
});
export interface ValidationRule extends s.Out<typeof validationRuleShape> {}
export interface ValidationRuleManifest extends s.In<typeof validationRuleShape> {}
export const validationRule: Struct<ValidationRule, ValidationRuleManifest> = validationRuleShape;

const json = s.any(of('JSON'));

export const jsonSchemaProps: Struct<JSONSchemaProps> = s.recursive<JSONSchemaProps>(of('JSONSchemaProps'), (self) => {
  const orBool = s.either(of('JSONSchemaPropsOrBool'), [2, self], [1, s.bool()]);
  return {
    id: s.zero(1, s.str()),
    $schema: s.zero(2, s.str()),
    $ref: s.opt(3, s.str()),
    description: s.zero(4, s.str()),
    type: s.zero(5, s.str()),
    format: s.zero(6, s.str()),
    title: s.zero(7, s.str()),
    default: s.opt(8, json),
    maximum: s.opt(9, s.number()),
    exclusiveMaximum: s.zero(10, s.bool()),
    minimum: s.opt(11, s.number()),
    exclusiveMinimum: s.zero(12, s.bool()),
    maxLength: s.opt(13, s.int64()),
    minLength: s.opt(14, s.int64()),
    pattern: s.zero(15, s.str()),
    maxItems: s.opt(16, s.int64()),
    minItems: s.opt(17, s.int64()),
    uniqueItems: s.zero(18, s.bool()),
    multipleOf: s.opt(19, s.number()),
    enum: s.zero(20, s.list(json)),
    maxProperties: s.opt(21, s.int64()),
    minProperties: s.opt(22, s.int64()),
    required: s.zero(23, s.list(s.str())),
    items: s.opt(24, s.either(of('JSONSchemaPropsOrArray'), [1, self], [2, s.list(self)])),
    allOf: s.zero(25, s.list(self)),
    oneOf: s.zero(26, s.list(self)),
    anyOf: s.zero(27, s.list(self)),
    not: s.opt(28, self),
    properties: s.zero(29, s.map(self)),
    additionalProperties: s.opt(30, orBool),
    patternProperties: s.zero(31, s.map(self)),
    dependencies: s.zero(32, s.map(s.either(of('JSONSchemaPropsOrStringArray'), [1, self], [2, s.list(s.str())]))),
    additionalItems: s.opt(33, orBool),
    definitions: s.zero(34, s.map(self)),
    externalDocs: s.opt(35, externalDocumentation),
    example: s.opt(36, json),
    nullable: s.zero(37, s.bool()),
    'x-kubernetes-preserve-unknown-fields': s.opt(38, s.bool()),
    'x-kubernetes-embedded-resource': s.zero(39, s.bool()),
    'x-kubernetes-int-or-string': s.zero(40, s.bool()),
    'x-kubernetes-list-map-keys': s.zero(41, s.list(s.str())),
    'x-kubernetes-list-type': s.opt(42, s.str()),
    'x-kubernetes-map-type': s.opt(43, s.str()),
    'x-kubernetes-validations': s.zero(44, s.listByKey(validationRule, ['rule'], { patchKey: 'rule' })),
  };
});
