import { isObject } from '@tiphys/sdk/machinery';
import type { ApiResource } from './resource-lists.ts';

/** The version of a kind, as aggregated discovery has it. */
interface DiscoveredKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface DiscoveredSubresource {
  readonly subresource: string;
  readonly responseKind: DiscoveredKind;
  readonly acceptedTypes?: readonly DiscoveredKind[];
  readonly verbs: readonly string[];
}

interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind: DiscoveredKind;
  readonly scope: string;
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly DiscoveredSubresource[];
}

/** What aggregated discovery tells of a version. */
export interface DiscoveredVersion {
  readonly version: string;
  readonly resources?: readonly DiscoveredResource[];
  /** Whether it is known to be so now, or is what was heard last. */
  readonly freshness: 'Current' | 'Stale';
}

/** The aggregated form of a version's resources: subresources are inside of their resources. */
export function nested(resources: readonly ApiResource[]): DiscoveredResource[] {
  const subresources = new Map<string, ApiResource[]>();
  for (const r of resources.filter(({ name }) => name.includes('/'))) {
    subresources.set(mainOf(r), [...(subresources.get(mainOf(r)) ?? []), r]);
  }
  const whole = resources.filter((r) => !r.name.includes('/'));
  const without = [...subresources].filter(([main]) => !whole.some((r) => r.name === main));
  return [
    ...whole.map((r) => ({
      resource: r.name,
      responseKind: kindOf(r),
      scope: scopeOf(r),
      singularResource: r.singularName,
      verbs: r.verbs,
      ...(r.shortNames?.length && { shortNames: r.shortNames }),
      ...(r.categories?.length && { categories: r.categories }),
      ...within(subresources.get(r.name)),
    })),
    // Whose resource isn't there itself.
    ...without.map(([main, parts]) => ({
      resource: main,
      responseKind: noKind,
      scope: scopeOf(parts[0]!),
      singularResource: '',
      verbs: [],
      ...within(parts),
    })),
  ];
}

const noKind: DiscoveredKind = { group: '', version: '', kind: '' };
const mainOf = ({ name }: ApiResource): string => name.slice(0, name.indexOf('/'));
const scopeOf = ({ namespaced }: ApiResource): string => (namespaced ? 'Namespaced' : 'Cluster');

/** Upstream leaves group and version out of what is its own kind's; clients fill them in. */
const kindOf = ({ group = '', version = '', kind }: ApiResource): DiscoveredKind => ({ group, version, kind });

const within = (parts: readonly ApiResource[] = []) =>
  parts.length
    ? {
        subresources: parts.map((r) => ({
          subresource: r.name.slice(r.name.indexOf('/') + 1),
          responseKind: kindOf(r),
          verbs: r.verbs,
        })),
      }
    : {};

const listIn = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsIn = (value: unknown): string[] => (Array.isArray(value) ? value.map(textIn) : []);

const readKind = (value: unknown): DiscoveredKind =>
  isObject(value)
    ? { group: textIn(value['group']), version: textIn(value['version']), kind: textIn(value['kind']) }
    : noKind;

/** What another server tells in an aggregated document, by group and version: the members that there are, in order. */
export function readAggregated(document: unknown): Map<string, DiscoveredVersion> {
  const out = new Map<string, DiscoveredVersion>();
  for (const group of listIn(isObject(document) ? document['items'] : [])) {
    const name = isObject(group['metadata']) ? textIn(group['metadata']['name']) : '';
    for (const { version, resources } of listIn(group['versions'])) {
      const read = listIn(resources).map(readResource);
      const told = { version: textIn(version), ...(read.length && { resources: read }), freshness: 'Current' } as const;
      out.set(`${textIn(version)}.${name}`, told);
    }
  }
  return out;
}

function readResource(r: Record<string, unknown>): DiscoveredResource {
  const [shortNames, categories] = [textsIn(r['shortNames']), textsIn(r['categories'])];
  const subresources = listIn(r['subresources']).map((part) => {
    const acceptedTypes = listIn(part['acceptedTypes']).map(readKind);
    return {
      subresource: textIn(part['subresource']),
      responseKind: readKind(part['responseKind']),
      ...(acceptedTypes.length && { acceptedTypes }),
      verbs: textsIn(part['verbs']),
    };
  });
  return {
    resource: textIn(r['resource']),
    responseKind: readKind(r['responseKind']),
    scope: textIn(r['scope']),
    singularResource: textIn(r['singularResource']),
    verbs: textsIn(r['verbs']),
    ...(shortNames.length && { shortNames }),
    ...(categories.length && { categories }),
    ...(subresources.length && { subresources }),
  };
}

/** What another server tells in the plain list of one version. */
export function readResourceList(document: unknown): ApiResource[] {
  return listIn(isObject(document) ? document['resources'] : []).map((r) => ({
    name: textIn(r['name']),
    singularName: textIn(r['singularName']),
    namespaced: r['namespaced'] === true,
    ...(r['group'] !== undefined && { group: textIn(r['group']) }),
    ...(r['version'] !== undefined && { version: textIn(r['version']) }),
    kind: textIn(r['kind']),
    verbs: textsIn(r['verbs']),
    shortNames: textsIn(r['shortNames']),
    categories: textsIn(r['categories']),
  }));
}
