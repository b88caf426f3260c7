import { goJson } from './json/go-json.ts';
import { doubleText } from './json/go-number.ts';
import { quoted } from './json/print-value.ts';
import type { Path } from './path.ts';

/** Upstream's kinds of field error; the string is the `reason` of a cause. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** What stands after the field: `Invalid value: "x": must be …`. */
  readonly message: string;
}

type At = Path | string;

export const notFoundAt = (at: At, value: unknown, detail = ''): FieldError =>
  make('FieldValueNotFound', at, `Not found: ${show(value)}${tail(detail)}`);
export const required = (at: At, detail = ''): FieldError =>
  make('FieldValueRequired', at, `Required value${tail(detail)}`);
export const duplicate = (at: At, value: unknown): FieldError =>
  make('FieldValueDuplicate', at, `Duplicate value: ${show(value)}`);
export const invalid = (at: At, value: unknown, detail = ''): FieldError =>
  make('FieldValueInvalid', at, `Invalid value: ${show(value)}${tail(detail)}`);
/** Invalid as a whole, where showing it would say nothing. */
export const invalidUnshown = (at: At, detail: string): FieldError =>
  make('FieldValueInvalid', at, `Invalid value: ${detail}`);
export const notSupported = (at: At, value: unknown, supported: readonly string[]): FieldError =>
  make(
    'FieldValueNotSupported',
    at,
    `Unsupported value: ${goJson(value ?? null)}${supported.length ? `: supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}` : ''}`,
  );
/** The same for what upstream holds as a plain string, and prints as one. */
export const textNotSupported = (at: At, value: string, supported: readonly string[]): FieldError =>
  make(
    'FieldValueNotSupported',
    at,
    `Unsupported value: ${quoted(value)}: supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}`,
  );
export const forbiddenAt = (at: At, detail = ''): FieldError =>
  make('FieldValueForbidden', at, `Forbidden${tail(detail)}`);
export const tooLong = (at: At, max: number): FieldError =>
  make('FieldValueTooLong', at, `Too long: may not be more than ${max} bytes`);
export const tooMany = (at: At, actual: number, max: number): FieldError =>
  make('FieldValueTooMany', at, `Too many: ${actual}: must have at most ${max} item${max === 1 ? '' : 's'}`);
export const typeInvalid = (at: At, value: unknown, detail = ''): FieldError =>
  make('FieldValueTypeInvalid', at, `Invalid value: ${show(value)}${tail(detail)}`);
export const internalAt = (at: At, detail: string): FieldError =>
  make('InternalError', at, `Internal error: ${detail}`);

/** The line of a field error: `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export const lineOf = (e: FieldError): string => `${e.field}: ${e.message}`;

const make = (type: FieldErrorType, at: At, message: string): FieldError => ({ type, field: String(at), message });
const tail = (detail: string) => (detail ? `: ${detail}` : '');

/** A string that upstream holds under a type of its own or behind a pointer: printed as JSON, not as Go quotes strings. */
export const typedString = (value: string): { toJSON(): string } => ({ toJSON: () => value });

// Strings are quoted, numbers and booleans bare, everything else is JSON, as upstream prints them; nothing prints as null.
function show(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return doubleText(value);
  return value === undefined ? 'null' : goJson(value);
}
