import type { KubeObject, Shape, StructShape } from '@tiphys/sdk/machinery';
import type { Column } from '@tiphys/sdk/schema';
import { loadTexts, textsOf } from '../openapi/descriptions.ts';

type Described = Pick<Column<KubeObject>, 'field' | 'description'>;

/** Texts of fields that columns show, by `Struct/field`. All of upstream's texts are a megabyte, which is read and let go. */
const known = new Map<string, string>();

/** What is said of each of these columns: in words of its own, or in those of the field that it shows. */
export function columnTexts(shape: StructShape, columns: readonly Described[]): (column: Described) => string {
  const keys = new Map(columns.map((c) => [c, c.field === undefined ? undefined : fieldOf(shape, c.field)]));
  const missing = [...keys.values()].filter((key) => key !== undefined && !known.has(key)) as string[];
  if (missing.length) {
    const texts = loadTexts();
    for (const key of missing) {
      const [struct = '', field = ''] = key.split('/');
      // The library that they come from has two spaces between paragraphs.
      known.set(key, (textsOf(texts, struct)[field] ?? '').replaceAll('  ', '\n\n'));
    }
  }
  return (column) => column.description ?? known.get(keys.get(column) ?? '') ?? '';
}

/** The struct that a path ends in, and the field of it; nothing when the path leads nowhere. */
export function fieldOf(shape: StructShape, path: string): string | undefined {
  const names = path.split('.');
  const last = names.pop()!;
  let at: Shape | undefined = shape;
  for (const name of names) at = at?.type === 'struct' ? at.fields.get(name)?.shape : undefined;
  return at?.type === 'struct' && at.fields.has(last) ? `${at.name}/${last}` : undefined;
}
