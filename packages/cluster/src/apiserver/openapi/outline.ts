import type { AnyKind } from '@tiphys/sdk/schema';
import { bodiesOnly } from '../kinds.ts';
import { operationNames } from './definitions.ts';
import type { Dialect, Json } from './dialect.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, versionInfo } from './meta-shapes.ts';
import { type BodyOf, Operations } from './operations.ts';
import { getOnly, type PlainPath } from './plain-paths.ts';

/** What a document consists of, told path by path. */
export interface Outline {
  readonly info: { readonly title: string; readonly version: string };
  readonly dialect: Dialect;
  readonly paths: Iterable<readonly [path: string, item: Json]>;
  /** The definitions that the paths mention, complete once all of them have been told. */
  readonly names: Iterable<string>;
}

const info = { title: 'Kubernetes', version: '1.36' };
/** Documents of defined kinds say so. */
const customInfo = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

/** The documents of OpenAPI 3, by path: `api/v1`, `apis/apps`, `version`. Each call of an outline begins anew. */
export function outlinesV3(kinds: readonly AnyKind[]): ReadonlyMap<string, () => Outline> {
  const bodyOf = bodies(kinds);
  const out = new Map<string, () => Outline>();
  for (const plain of plainPaths(kinds)) {
    out.set(plain.path, () => ({
      info,
      dialect: 'v3',
      paths: [pathOf('v3', plain)],
      names: new Set(plain.name === undefined ? [] : [plain.name]),
    }));
  }
  for (const [path, own] of byPath(kinds)) {
    out.set(path, () => {
      const names = new Set([...operationNames, apiResourceList.shape.name]);
      const first = pathOf('v3', resourcesAt(path));
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
  const builtIn = kinds.filter((k) => !k.unstructured);
  const plain = [...plainPaths(builtIn), ...[...byPath(builtIn).keys()].map(resourcesAt)];
  const names = new Set([...operationNames, ...plain.flatMap(({ name }) => name ?? [])]);
  return {
    info,
    dialect: 'v2',
    paths: chained(
      plain.map((p) => pathOf('v2', p)),
      pathsOf(kinds, 'v2', { names, bodyOf: bodies(kinds) }),
    ),
    names,
  };
}

const pathOf = (dialect: Dialect, plain: PlainPath): [string, Json] => [`/${plain.path}/`, getOnly(dialect, plain)];

/** What can be read besides objects and the lists of their resources. */
function plainPaths(kinds: readonly AnyKind[]): readonly PlainPath[] {
  const groups = new Set(kinds.map((k) => k.group).filter(Boolean));
  return [
    { path: '.well-known/openid-configuration', description: 'get what others verify tokens of service accounts by' },
    { path: 'api', description: 'get available API versions', name: apiVersions.shape.name },
    { path: 'apis', description: 'get available API versions', name: apiGroupList.shape.name },
    { path: 'openid/v1/jwks', description: 'get the keys that tokens of service accounts are signed with' },
    { path: 'version', description: 'get the version information for this server', name: versionInfo.shape.name },
    ...[...groups].map((group) => ({
      path: `apis/${group}`,
      description: 'get information of a group',
      name: apiGroup.shape.name,
    })),
  ];
}

const resourcesAt = (path: string): PlainPath => ({
  path,
  description: 'get available resources',
  name: apiResourceList.shape.name,
});

function* pathsOf(
  kinds: readonly AnyKind[],
  dialect: Dialect,
  { names, bodyOf }: { names: Set<string>; bodyOf: BodyOf },
): Iterable<[string, Json]> {
  for (const kind of kinds) {
    names.add(kind.schema.shape.name);
    if (kind.verbs.includes('list')) names.add(`${kind.schema.shape.name}List`);
    const naming: BodyOf = (...of) => {
      const body = bodyOf(...of);
      if (body.name) names.add(body.name);
      return body;
    };
    yield* new Operations(kind, dialect, naming).paths();
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
