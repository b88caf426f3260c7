/**
 * What a custom resource is known by: its structural schema. From it come how the resource is read, how it is merged and
 * owned, and what of its values is refused.
 */
export * from './json-schema.ts';
export { embeddedRules } from './embedded-rules.ts';
export { unknownFields } from './read.ts';
export { valueProblems } from './validator.ts';
export { resourceShape } from './shape.ts';
export { schemaEmbeddedRules, schemaListRules, schemaStatusRules, schemaValueRules } from './resource-rules.ts';
