/**
 * What Kubernetes adds to the language: its function libraries and their costs, and the environments of its expressions: rules in
 * schemas, admission policies, conditions of webhooks, selectors of devices.
 */
export { Correlation } from './correlation.ts';
export { escapeIdentifier, isReservedWord, unescapeIdentifier } from './escaping.ts';
export { resolvePath } from './field-path.ts';
export type { AccessAnswer, AccessQuestion, AskAccess } from './library/authorizer.ts';
export type { StructuralSchema, ValidationRule } from './structural-schema.ts';
export { baseEnv } from './base-env.ts';
export { kubernetesCosts } from './costs.ts';
export { selectorProblem } from './device-selector.ts';
export { type AccessCondition, accessConditionsHold, compileAccessCondition } from './access-review/conditions.ts';
export { type CompiledExpression, PolicyCompiler, type Purpose } from './admission/policy-compiler.ts';
export {
  evaluateAll,
  type NamedExpression,
  type Outcome,
  OutOfBudget,
  type PolicyExpression,
  type PolicyInput,
} from './admission/evaluation.ts';
export { type CheckedPolicy, PolicyTypeCheck } from './admission/policy-type-check.ts';
export { configurationOf, operationsOf } from './admission/patches.ts';
export { type RuleFindings, type RuleQuestion, RuleSet } from './rules/rule-set.ts';
export { ruleProblems } from './rules/rule-problems.ts';
export { estimateCost } from './static-cost.ts';
export {
  claimsValue,
  compileTokenExpression,
  evaluateTokenExpression,
  selects,
  type TokenExpression,
  type TokenSubject,
  type TokenUser,
  userValue,
} from './token-expressions.ts';
