import type { FieldShape, Shape } from '../machinery/index.ts';

/** One step on the way into a value: the name of a field, the key of a map, a position. */
export type Step = string | number;

/** Where an unknown field is: `spec.containers[0].bogus`. */
export function unknownPath(path: readonly Step[], last: string): string {
  let out = '';
  for (const step of path) out += typeof step === 'number' ? `[${step}]` : `${out && '.'}${step}`;
  return `${out}${out && '.'}${last}`;
}

/** The fields on the way to a value, those of Go, and the name of the struct that has the last of them. */
export function fieldsOn(
  root: Shape,
  path: readonly Step[],
): { readonly owner: string; readonly names: readonly string[] } {
  const names: string[] = [];
  let owner = '';
  let at: Shape | undefined = root;
  for (const step of path) {
    if (at?.type === 'either') at = typeof step === 'number' ? at.other.shape : at.struct.shape;
    if (at?.type === 'struct') {
      owner = at.name.slice(at.name.lastIndexOf('.') + 1);
      const field: FieldShape | undefined = at.fields.get(String(step));
      names.push(...(field?.embedded ?? []), String(step));
      at = field?.shape;
    } else if (at?.type === 'list') at = at.items;
    else at = at?.type === 'map' ? at.values : undefined;
  }
  return { owner, names };
}
