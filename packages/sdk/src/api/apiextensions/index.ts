export * from './customresourcedefinition.ts';
export * from './definition-spec.ts';
export * from './json-schema.ts';
export { approvalOf, isProtectedGroup, structuralViolations } from './validation/definition.ts';
