/**
 * What a custom resource is known by: its structural schema. From it come how the resource is read, how it is merged and
 * owned, and what of its values is refused.
 */
export * from './json-schema.ts';
export { readValue, type ReadContext } from './read.ts';
export { resourceShape } from './shape.ts';
export { schemaEmbeddedRules, schemaListRules, schemaStatusRules, schemaValueRules } from './resource-rules.ts';
