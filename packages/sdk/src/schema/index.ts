/**
 * The language in which a kind is declared once. `s.struct`, `s.listByKey`, `s.zero`… describe the structure; two types
 * (as served, as written) and the run-time `Shape` fall out; `defineKind` adds what the kind does.
 */
export * as s from './words.ts';
export type { Field, Fields, In, Out, Schema, Struct } from './words.ts';
export { decode, type DecodeOptions } from './decode.ts';
export { DecodeError } from './decode-error.ts';
export { internalValue } from './internal-value.ts';
export { settle } from './settle.ts';
export { restoreProblem } from './restore.ts';
export { setFields } from './set-fields.ts';
export { type Conversion, convertedVersionOf } from './converted-version.ts';
export { type Retirement, versionOf } from './version-of.ts';
export {
  type AnyKind,
  type Column,
  type Converter,
  defineKind,
  erase,
  type Hub,
  inVersion,
  type Gates,
  type Kind,
  type KindDefinition,
  type ManifestOf,
  type NameRule,
  type ObjectOf,
  type PartStrategy,
  type RowCondition,
  type RuleContext,
  type RuleGates,
  type Subresource,
  type UpdateRule,
  type WriteContext,
  type Writer,
} from './kind.ts';
export * from './metadata-rules.ts';
export * from './managed-fields/index.ts';
export * from './structural/index.ts';
export * from './protobuf/index.ts';
export { wholeFloatProblem } from './whole-float-problem.ts';
