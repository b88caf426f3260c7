import { resolvePath } from '../../../cel/index.ts';
import { duplicate, type FieldError, invalid, type Path, required, tooMany } from '../../../machinery/index.ts';
import type { SelectableField } from '../definition-spec.ts';
import type { JSONSchemaProps } from '../json-schema.ts';

const mostSelectableFields = 8;

export function* selectableRules(
  fields: readonly SelectableField[],
  here: Path,
  schema: JSONSchemaProps,
): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, { jsonPath }] of fields.entries()) {
    const where = here.index(i).child('jsonPath');
    if (!jsonPath) {
      yield required(where);
      continue;
    }
    const found = resolvePath(jsonPath, schema, { brackets: false });
    if ('problem' in found) {
      yield invalid(where, jsonPath, `is an invalid path: ${found.problem}`);
      continue;
    }
    if (found.path[0] === 'metadata') yield invalid(where, jsonPath, 'must not point to fields in metadata');
    if (!['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')) {
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      yield invalid(where, jsonPath, why);
    }
    const key = found.path.join('.');
    if (seen.has(key)) yield duplicate(where, jsonPath);
    seen.add(key);
  }
  if (seen.size > mostSelectableFields) yield tooMany(here, seen.size, mostSelectableFields);
}
