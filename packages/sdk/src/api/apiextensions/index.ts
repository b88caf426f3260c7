export * from './customresourcedefinition.ts';
export * from './definition-spec.ts';
export * from './json-schema.ts';
export { approvalOf, isProtectedGroup } from './validation/approval.ts';
export { isWebhookTellable } from './validation/conversion.ts';
export { structuralViolations } from './validation/definition.ts';
