import { badRequest, type KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind, Column } from '@tiphys/sdk/schema';
import { columnTexts } from './column-texts.ts';
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
  { name: 'Name', type: 'string', format: 'name', field: 'metadata.name', value: (o) => o.metadata.name ?? '' },
  {
    name: 'Created At',
    type: 'date',
    field: 'metadata.creationTimestamp',
    value: (o) => o.metadata.creationTimestamp ?? '0001-01-01T00:00:00Z',
  },
];

const columnsOf = (kind: AnyKind): readonly Column<KubeObject>[] => kind.columns ?? defaultColumns;

type ColumnDefinition = Required<Pick<Column<KubeObject>, 'name' | 'type' | 'format' | 'description' | 'priority'>>;
const definitions = new WeakMap<AnyKind, readonly ColumnDefinition[]>();

/** The head of a kind's tables; made when somebody asks for one first. */
export function columnDefinitions(kind: AnyKind): readonly ColumnDefinition[] {
  let made = definitions.get(kind);
  if (!made) definitions.set(kind, (made = defineColumns(kind)));
  return made;
}

function defineColumns(kind: AnyKind): ColumnDefinition[] {
  const columns = columnsOf(kind).filter(({ untitled }) => !untitled);
  const textOf = columnTexts((kind.hub?.kind ?? kind).schema.shape, columns);
  return columns.map((column) => {
    const { name, type, format = '', priority = 0 } = column;
    return { name, type, format, description: textOf(column), priority };
  });
}

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
