import type { Type } from '../types.ts';

/** A type as upstream names it in what an expression must evaluate to: by its runtime name. */
export function typeText({ name, nullable, parameters }: Type): string {
  const own = nullable ? `wrapper(${name})` : name;
  return parameters.length ? `${own}(${parameters.map(typeText).join(', ')})` : own;
}

export const isSameType = (a: Type, b: Type): boolean => a.kind === b.kind && typeText(a) === typeText(b);
