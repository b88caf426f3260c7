import { isObject, type JsonObject } from '@tiphys/sdk/machinery';

/** An object, a list or a table without what says who owns which fields; anything else as it is. */
export function withoutManagedFields(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { metadata, items, rows } = value;
  const bare = isObject(metadata) && 'managedFields' in metadata ? { ...value, metadata: stripped(metadata) } : value;
  if (Array.isArray(items)) return { ...bare, items: items.map(withoutManagedFields) };
  if (value['kind'] !== 'Table' || !Array.isArray(rows)) return bare;
  return {
    ...bare,
    rows: rows.map((row) => (isObject(row) ? { ...row, object: withoutManagedFields(row['object']) } : row)),
  };
}

function stripped({ managedFields: _m, ...metadata }: JsonObject): JsonObject {
  return metadata;
}
