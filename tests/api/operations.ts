import { facts } from '../facts/facts.ts';

/** One thing that can be asked of the API, as upstream publishes it. */
export interface Operation {
  readonly method: string;
  /** With `{namespace}`, `{name}`, `{path}` and the like. */
  readonly path: string;
  /** `list`, `get`, `post`, `put`, `patch`, `delete`, `deletecollection`, `watch`, `watchlist`, `connect`; empty for documents. */
  readonly action: string;
  /** `group/version/kind` of what is sent and answered. */
  readonly gvk: string;
  /** What a good answer is, by the name of its definition. */
  readonly answer: string;
}

export interface ResourceFact {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly enabledByDefault: boolean;
  readonly persisted: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly singular: string;
  readonly storageVersionHash?: string;
  readonly subresources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly verbs: readonly string[];
    readonly group?: string;
    readonly version?: string;
  }[];
}

type Row = readonly [
  method: string,
  path: string,
  action: string,
  gvk: string,
  body: string,
  query: number,
  consumes: number,
  produces: number,
  responses: Readonly<Record<string, string>>,
];

const { operations: rows = [] } = facts<{ operations?: readonly Row[] }>('operations.json');
export const { resources = [] } = facts<{ resources?: readonly ResourceFact[] }>('resources.json');

export const operations: readonly Operation[] = rows.map(([method, path, action, gvk, , , , , responses]) => ({
  method,
  path,
  action,
  gvk,
  answer: responses['200'] ?? responses['201'] ?? '',
}));

export const apiVersionOf = ({ group, version }: Pick<ResourceFact, 'group' | 'version'>): string =>
  group ? `${group}/${version}` : version;
export const rootOf = ({ group, version }: Pick<ResourceFact, 'group' | 'version'>): string =>
  group ? `/apis/${group}/${version}` : `/api/${version}`;

/** Everything that can be asked of a resource and of what stands below it, watches in the old way among them. */
export function operationsOf(resource: ResourceFact): Operation[] {
  const root = rootOf(resource);
  return operations.filter(({ path, action }) => {
    if (!action || !path.startsWith(`${root}/`)) return false;
    const [first, second, ...rest] = path
      .slice(root.length + 1)
      .replace(/^watch\//, '')
      .split('/');
    const isScoped = first === 'namespaces' && second === '{namespace}';
    return (isScoped ? rest[0] : first) === resource.plural;
  });
}
