import { badRequest, type StatusError } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { RequestContext } from '../context.ts';

/** What becomes of fields that nobody knows, and of those that stand twice: dropped, told, or refused. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Keys that stand twice: upstream tells those of YAML in a way of their own. */
export interface Duplicates {
  readonly json?: readonly string[];
  readonly yaml?: readonly string[];
}

/** Tells what strict decoding found: as warnings, or as a refusal. */
export function report(
  c: RequestContext,
  kind: AnyKind,
  validation: FieldValidation,
  unknown: readonly string[],
  { json = [], yaml = [] }: Duplicates = {},
): void {
  if (validation === 'Ignore') return;
  if (validation === 'Warn') {
    for (const text of [...yaml, ...json, ...unknown]) c.warn(text);
    return;
  }
  const found = strictProblems(unknown, { json, yaml });
  if (found) throw undecodable(kind, found);
}

export const undecodable = ({ kind, version }: AnyKind, why: string): StatusError =>
  badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);

/** What strict decoding refuses, as one sentence; nothing when there is nothing. */
export function strictProblems(
  unknown: readonly string[],
  { json = [], yaml = [] }: Duplicates = {},
): string | undefined {
  const found = [...json, ...unknown];
  if (yaml.length) found.unshift(['yaml: unmarshal errors:', ...yaml.map((line) => `  ${line}`)].join('\n'));
  return found.length ? `strict decoding error: ${found.join(', ')}` : undefined;
}

export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const asked = query.get('fieldValidation') ?? '';
  return asked === 'Ignore' || asked === 'Strict' ? asked : 'Warn';
}
