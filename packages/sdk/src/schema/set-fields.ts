import type { Struct } from './words.ts';

/**
 * Sets fields of a decoded struct and leaves all of them in published order, so that equal objects go on having equal
 * bytes. A field given as undefined is taken away.
 */
export function setFields<O extends object>(
  { shape }: Struct<O, unknown>,
  target: O,
  fields: { readonly [K in keyof O]?: O[K] | undefined },
): void {
  const all: Record<string, unknown> = { ...target, ...fields };
  const out = target as Record<string, unknown>;
  for (const key of Object.keys(out)) delete out[key];
  for (const key of shape.fields.keys()) if (all[key] !== undefined) out[key] = all[key];
}
