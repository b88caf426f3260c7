import { ageColumn, type CustomResourceColumnDefinition, nameColumn, since } from '@tiphys/sdk/api';
import { type JsonPath, type KubeObject, parseJsonPath, printNumber, sorted } from '@tiphys/sdk/machinery';
import type { Column } from '@tiphys/sdk/schema';
import type { DefinedVersion } from './definition.ts';

/** What `kubectl get` shows of a version's objects: their name, and what the definition wants shown, or else their age. */
export function columnsOf({ additionalPrinterColumns }: DefinedVersion): Column<KubeObject>[] {
  if (!additionalPrinterColumns?.length) return [nameColumn, { ...ageColumn, type: 'date' }];
  const columns: Column<KubeObject>[] = [nameColumn];
  for (const defined of additionalPrinterColumns) {
    let path: JsonPath;
    try {
      path = parseJsonPath(defined.jsonPath);
    } catch {
      // As upstream: a path that can't be read ends the table there.
      break;
    }
    columns.push(columnOf(defined, path));
  }
  return columns;
}

function columnOf(
  { name, type, format, priority, description, jsonPath }: CustomResourceColumnDefinition,
  path: JsonPath,
): Column<KubeObject> {
  return {
    name,
    type: type as Column<KubeObject>['type'],
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(format && { format }),
    ...(priority !== undefined && { priority }),
    value: (object, { now }) => {
      const found = firstOf(path, object);
      return found === undefined ? null : cellOf(type, found, now);
    },
  };
}

function firstOf(path: JsonPath, object: KubeObject): unknown {
  try {
    return path(object)[0];
  } catch {
    // What a path can't reach isn't shown.
    return undefined;
  }
}

type Cell = string | number | boolean | null;

function cellOf(type: string, value: unknown, now: number): Cell {
  switch (type) {
    case 'string':
      return textOf(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateOf(value, now) : null;
    default:
      return null;
  }
}

function textOf(value: unknown): string {
  if (value === null) return '<no value>';
  if (typeof value === 'number') return printNumber(value);
  return typeof value === 'object' ? JSON.stringify(sorted(value)) : String(value);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function dateOf(text: string, now: number): string {
  if (text === '' || text === 'null') return since(null, now);
  return rfc3339.test(text) && !Number.isNaN(Date.parse(text)) ? since(text, now) : '<invalid>';
}
