/**
 * CEL, the expression language of Kubernetes' validation rules and admission policies: parse, check against declared
 * variables, types and functions, and evaluate within a cost budget. It knows the language and nothing of Kubernetes;
 * messages, overload ids and costs are cel-go's, since they reach users in statuses and limits.
 */
export { Type, type TypeKind, listType, mapType, optionalType, types } from './types.ts';
export * from './values.ts';
export * from './json-values.ts';
export type * from './ast.ts';
export type * from './declarations.ts';
export type { EnvOptions, Library } from './env.ts';
export { accumulator, type Macro, MacroBuilder, MacroError } from './macro.ts';
export * from './program.ts';
