import * as api from '@tiphys/sdk/api';
import { type AnyKind, erase } from '@tiphys/sdk/schema';
import { operationNames } from './definitions.ts';
import type { Dialect, Json } from './dialect.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, versionInfo } from './meta-shapes.ts';
import { type Body, Operations } from './operations.ts';
import { getOnly } from './plain-paths.ts';

/** What a document consists of, told path by path. */
export interface Outline {
  readonly info: { readonly title: string; readonly version: string };
  readonly dialect: Dialect;
  readonly paths: Iterable<readonly [path: string, item: Json]>;
  /** The definitions that the paths mention, complete once all of them have been told. */
  readonly names: ReadonlySet<string>;
}

const info = { title: 'Kubernetes', version: '1.36' };
/** Documents of defined kinds say so. */
const customInfo = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

/** Bodies of subresources, which no path serves by themselves. */
export const bodiesOnly: readonly AnyKind[] = [erase(api.tokenRequest), erase(api.eviction), erase(api.scale)];

/** The documents of OpenAPI 3, by path: `api/v1`, `apis/apps`, `version`. Each call of an outline begins anew. */
export function outlinesV3(kinds: readonly AnyKind[]): ReadonlyMap<string, () => Outline> {
  const bodyOf = bodies(kinds);
  const out = new Map<string, () => Outline>();
  const groups = new Set(kinds.map((k) => k.group).filter(Boolean));
  const plain: readonly [string, string, string][] = [
    ['api', 'get available API versions', apiVersions.shape.name],
    ['apis', 'get available API versions', apiGroupList.shape.name],
    ['version', 'get the version information for this server', versionInfo.shape.name],
    ...[...groups].map((g): [string, string, string] => [
      `apis/${g}`,
      'get information of a group',
      apiGroup.shape.name,
    ]),
  ];
  for (const [path, description, name] of plain) {
    out.set(path, () => ({
      info,
      dialect: 'v3',
      paths: [[`/${path}/`, getOnly('v3', path, { description, name })]],
      names: new Set([name]),
    }));
  }
  for (const [path, own] of byPath(kinds)) {
    out.set(path, () => {
      const names = new Set([...operationNames, apiResourceList.shape.name]);
      const list = { description: 'get available resources', name: apiResourceList.shape.name };
      const first: [string, Json] = [`/${path}/`, getOnly('v3', path, list)];
      return { info, dialect: 'v3', paths: chained([first], pathsOf(own, 'v3', { names, bodyOf })), names };
    });
  }
  return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The document of the kinds that are defined in one version of a group. */
export function customOutline(kinds: readonly AnyKind[]): Outline {
  const names = new Set(operationNames);
  return { info: customInfo, dialect: 'v3', paths: pathsOf(kinds, 'v3', { names, bodyOf: bodies(kinds) }), names };
}

/** The one document of OpenAPI 2. */
export function outlineV2(kinds: readonly AnyKind[]): Outline {
  const names = new Set([...operationNames, versionInfo.shape.name]);
  const version = { description: 'get the version information for this server', name: versionInfo.shape.name };
  const last: [string, Json] = ['/version/', getOnly('v2', 'version', version)];
  return {
    info,
    dialect: 'v2',
    paths: chained(pathsOf(kinds, 'v2', { names, bodyOf: bodies(kinds) }), [last]),
    names,
  };
}

type BodyOf = (kind: string, group: string, version: string) => Body;

function* pathsOf(
  kinds: readonly AnyKind[],
  dialect: Dialect,
  { names, bodyOf }: { names: Set<string>; bodyOf: BodyOf },
): Iterable<[string, Json]> {
  const operations = new Operations(dialect);
  for (const kind of kinds) {
    names.add(kind.schema.shape.name);
    if (kind.verbs.includes('list')) names.add(`${kind.schema.shape.name}List`);
    yield* operations.paths(kind, (...of) => {
      const body = bodyOf(...of);
      if (body.name) names.add(body.name);
      return body;
    });
  }
}

function* chained<T>(...parts: readonly Iterable<T>[]): Iterable<T> {
  for (const part of parts) yield* part;
}

export function byPath(kinds: readonly AnyKind[]): Map<string, AnyKind[]> {
  const out = new Map<string, AnyKind[]>();
  for (const kind of kinds) {
    const path = kind.group ? `apis/${kind.group}/${kind.version}` : `api/${kind.version}`;
    const own = out.get(path);
    if (own) own.push(kind);
    else out.set(path, [kind]);
  }
  return out;
}

/** Which definition a subresource's body has. */
function bodies(kinds: readonly AnyKind[]): BodyOf {
  const all = new Map([...kinds, ...bodiesOnly].map((k) => [`${k.group}/${k.version}/${k.kind}`, k]));
  return (kind, group, version) => {
    const name = all.get(`${group}/${version}/${kind}`)?.schema.shape.name ?? '';
    return { kind, group, version, name };
  };
}
