import { own } from '@tiphys/sdk/machinery';
import { jsonWord } from '../../handlers/json-text.ts';

/** What a token says, as JSON. */
export type Claims = Record<string, unknown>;

export const hasClaim = (claims: Claims, name: string): boolean => Object.hasOwn(claims, name);

/** A claim that has to be there and to be a text; nothing counts as an empty one. Throws in Go's words. */
export function textClaim(claims: Claims, name: string): string {
  if (!hasClaim(claims, name)) throw new Error('claim not present');
  return textOf(own(claims, name));
}

function textOf(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  throw new Error(`json: cannot unmarshal ${jsonWord(value)} into Go value of type string`);
}

export function boolClaim(claims: Claims, name: string): boolean {
  const value = own(claims, name);
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new Error(`json: cannot unmarshal ${jsonWord(value)} into Go value of type bool`);
}

/** One text or several: some providers tell a single group without a list. */
export function textsClaim(claims: Claims, name: string): string[] {
  const value = own(claims, name);
  if (value === null) return [];
  const isList = Array.isArray(value) && value.every((v) => v === null || typeof v === 'string');
  return isList ? (value as unknown[]).map(textOf) : [textOf(value)];
}
