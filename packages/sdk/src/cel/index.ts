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
export { type AstValidator, Env, type EnvOptions, type Library, type Report } from './env.ts';
export { compile, program } from './compile.ts';
export * from './library/index.ts';
export { costs, lengthOf, sizeOf, traversal } from './cost.ts';
export { compare, equals } from './equality.ts';
export { ArrayList, FoundTexts } from './lists.ts';
export { EntryMap } from './maps.ts';
export { durationText, readDuration } from './durations.ts';
export { readTimestamp, timestampText } from './timestamps.ts';
export { valueText } from './value-text.ts';
export { operators } from './operators.ts';
export { accumulator, type Macro, MacroBuilder, MacroError } from './macro.ts';
export * from './program.ts';
export * from './kubernetes/index.ts';
