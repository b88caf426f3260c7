import { addAll, withoutTrailing } from '../../../../machinery/index.ts';
import type { KeyToPath, Volume, VolumeProjection } from '../volume.ts';

/** Files of one volume that would lie in the same place, or one below the other. */
export function overlappingPaths(texts: string[], volumes: readonly Volume[]): void {
  for (const { name, configMap, secret, downwardAPI, projected } of volumes) {
    if (configMap?.items) {
      for (const pair of overlaps(filesOf(configMap.items)))
        texts.push(told(name, `ConfigMap ${quoted(configMap.name)}`, pair));
    }
    if (secret?.items) {
      for (const pair of overlaps(filesOf(secret.items)))
        texts.push(told(name, `Secret ${quoted(secret.secretName)}`, pair));
    }
    if (downwardAPI?.items) {
      for (const pair of overlaps(filesOf(downwardAPI.items))) texts.push(told(name, 'DownwardAPI', pair));
    }
    if (!projected?.sources) continue;
    for (const source of projected.sources) {
      if (!Object.keys(source).length) texts.push(`volume ${quoted(name)} (Projected) has no sources provided`);
    }
    if (!mayClash(projected.sources)) continue;
    const files: File[] = [];
    for (const source of projected.sources) addAll(files, projectedFiles(source));
    for (const pair of overlaps(files)) texts.push(told(name, 'Projected', pair));
  }
}

/** Paths that begin with different characters don't. Nearly every pod has a volume of three files by other names. */
function mayClash(sources: readonly VolumeProjection[]): boolean {
  let seen = '';
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of sources) {
    for (const { path } of configMap?.items ?? secret?.items ?? downwardAPI?.items ?? noItems) {
      if (path === '' || seen.includes(path[0]!)) return true;
      seen += path[0];
    }
    if (!serviceAccountToken) continue;
    const { path } = serviceAccountToken;
    if (path === '' || seen.includes(path[0]!)) return true;
    seen += path[0];
  }
  return false;
}

const noItems: readonly Pick<KeyToPath, 'path'>[] = [];

interface File {
  readonly path: string;
  /** Where a projected volume has it from. */
  readonly source?: { readonly kind: string; readonly name?: string | undefined };
}
type Pair = readonly [later: File, earlier: File];

function* overlaps(files: readonly File[]): Iterable<Pair> {
  for (const [i, file] of files.entries()) {
    for (let j = 0; j < i; j++) if (clash(file.path, files[j]!.path)) yield [file, files[j]!];
  }
}

const clash = (a: string, b: string): boolean => a !== '' && b !== '' && (isBelow(a, b) || isBelow(b, a));
/** Below it, or the very same. */
const isBelow = (path: string, top: string): boolean =>
  path.startsWith(top) && (path.length === top.length || path[top.length] === '/');

const filesOf = (items: readonly Pick<KeyToPath, 'path'>[], source?: NonNullable<File['source']>): File[] =>
  items.map((item) => {
    const path = withoutTrailing(item.path, '/');
    return source ? { path, source } : { path };
  });

// One of these at most is looked at, as upstream does; more than one is an error anyway.
function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): File[] {
  if (configMap?.items) return filesOf(configMap.items, { kind: 'ConfigMap', name: configMap.name ?? '' });
  if (secret?.items) return filesOf(secret.items, { kind: 'Secret', name: secret.name ?? '' });
  if (downwardAPI?.items) return filesOf(downwardAPI.items, { kind: 'DownwardAPI' });
  return serviceAccountToken ? filesOf([serviceAccountToken], { kind: 'ServiceAccountToken' }) : [];
}

const told = (volume: string, what: string, [later, earlier]: Pair): string =>
  `volume ${quoted(volume)} (${what}): overlapping paths: ${fileText(later)} with ${fileText(earlier)}`;

function fileText({ path, source }: File): string {
  if (!source) return quoted(path);
  const { kind, name } = source;
  return `${quoted(path)} (${name === undefined ? kind : `${kind} ${quoted(name)}`})`;
}

const quoted = (text = ''): string => JSON.stringify(text);
