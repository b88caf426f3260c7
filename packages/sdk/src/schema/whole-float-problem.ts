import type { Shape, WholeFloat } from '../machinery/index.ts';
import { goTypeOf } from './go-words.ts';

/** Why a whole number that is written with a fraction or an exponent doesn't fit where it stands; nothing when it does. */
export function wholeFloatProblem(root: Shape, floats: readonly WholeFloat[]): string | undefined {
  if (root.type === 'struct' && root.read) return undefined;
  for (const { text, path } of floats) {
    const names: string[] = [];
    let owner = '';
    let shape: Shape | undefined = root;
    for (const step of path) {
      if (shape?.type === 'struct') {
        owner = shape.name.slice(shape.name.lastIndexOf('.') + 1);
        names.push(String(step));
        shape = shape.fields.get(String(step))?.shape;
      } else if (shape?.type === 'list') shape = shape.items;
      else shape = shape?.type === 'map' ? shape.values : undefined;
    }
    const unmarshal = `json: cannot unmarshal number ${text} into Go`;
    if (shape?.type === 'integer')
      return `${unmarshal} struct field ${owner}.${names.join('.')} of type ${goTypeOf(shape)}`;
    if (shape?.type === 'int-or-string') return `${unmarshal} value of type int32`;
  }
  return undefined;
}
