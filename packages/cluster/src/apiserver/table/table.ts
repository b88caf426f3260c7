import { badRequest, type KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind, Column } from '@tiphys/sdk/schema';
import { partialMetadata } from '../handlers/partial-metadata.ts';

/** How much of each object a row carries along. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') ?? '';
  if (asked === '') return 'Metadata';
  if (asked === 'None' || asked === 'Metadata' || asked === 'Object') return asked;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** What kinds without columns of their own show. */
const defaultColumns: readonly Column<KubeObject>[] = [
  { name: 'Name', type: 'string', format: 'name', value: (o) => o.metadata.name ?? '' },
  { name: 'Created At', type: 'date', value: (o) => o.metadata.creationTimestamp ?? '0001-01-01T00:00:00Z' },
];

const columnsOf = (kind: AnyKind): readonly Column<KubeObject>[] => kind.columns ?? defaultColumns;

export const columnDefinitions = (kind: AnyKind) =>
  columnsOf(kind)
    .filter(({ untitled }) => !untitled)
    .map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }));

export function rowOf(kind: AnyKind, object: KubeObject, version: string, include: IncludeObject, now: number) {
  const cells = columnsOf(kind).map((c) => c.value(object, { now }));
  const conditions = kind.rowConditions?.(object);
  // Upstream makes the rows of what it holds inside.
  const inside = kind.hub?.toHub(object) ?? kind.inside?.(object) ?? object;
  return {
    cells,
    ...(conditions?.length && { conditions }),
    object: include === 'None' ? null : include === 'Object' ? object : partialMetadata(inside, version),
  };
}
