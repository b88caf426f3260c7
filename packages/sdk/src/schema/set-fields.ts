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
  const out = target as Record<string, unknown>;
  const wanted: Record<string, unknown> = { ...target, ...fields };
  const names: string[] = [];
  for (const name of shape.fields.keys()) if (wanted[name] !== undefined) names.push(name);
  const before = Object.keys(out);
  let same = 0;
  while (same < before.length && before[same] === names[same]) same++;
  // What was added last goes first: in any other order, removing members makes an object slow for all who come after.
  for (let i = before.length - 1; i >= same; i--) delete out[before[i]!];
  // What stays as it is may be frozen.
  for (const name of names) if (out[name] !== wanted[name]) out[name] = wanted[name];
}
