import type { KeyToPath, Volume, VolumeProjection } from '../volume.ts';

/** Files of one volume that would lie in the same place, or one below the other. */
export function* overlappingPaths(volumes: readonly Volume[] | undefined): Iterable<string> {
  for (const { name, configMap, secret, downwardAPI, projected } of volumes ?? []) {
    const sources = [
      [`ConfigMap ${quoted(configMap?.name)}`, configMap?.items],
      [`Secret ${quoted(secret?.secretName)}`, secret?.items],
      ['DownwardAPI', downwardAPI?.items],
    ] as const;
    for (const [what, items] of sources) yield* overlaps(pathsOf(items), `volume ${quoted(name)} (${what})`);
    const all: Placed[] = [];
    for (const source of projected?.sources ?? []) {
      if (!Object.keys(source).length) yield `volume ${quoted(name)} (Projected) has no sources provided`;
      all.push(...projectedPaths(source));
    }
    yield* overlaps(all, `volume ${quoted(name)} (Projected)`);
  }
}

interface Placed {
  readonly path: string;
  readonly source?: string;
}

function* overlaps(all: readonly Placed[], volume: string): Iterable<string> {
  const before: Placed[] = [];
  for (const { path, ...rest } of all) {
    const placed = { path: path.replace(/\/+$/, ''), ...rest };
    for (const other of before) {
      if (clash(placed.path, other.path)) yield `${volume}: overlapping paths: ${told(placed)} with ${told(other)}`;
    }
    before.push(placed);
  }
}

const clash = (a: string, b: string): boolean =>
  a !== '' && b !== '' && (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`));

const pathsOf = (items: readonly Pick<KeyToPath, 'path'>[] | undefined, source?: string): Placed[] =>
  (items ?? []).map(({ path }) => ({ path, ...(source && { source }) }));

// One of these at most is looked at, as upstream does; more than one is an error anyway.
function projectedPaths({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): Placed[] {
  if (configMap?.items) return pathsOf(configMap.items, `ConfigMap ${quoted(configMap.name)}`);
  if (secret?.items) return pathsOf(secret.items, `Secret ${quoted(secret.name)}`);
  if (downwardAPI?.items) return pathsOf(downwardAPI.items, 'DownwardAPI');
  return serviceAccountToken ? [{ path: serviceAccountToken.path, source: 'ServiceAccountToken' }] : [];
}

const quoted = (text = ''): string => JSON.stringify(text);
const told = ({ path, source }: Placed): string => (source ? `${quoted(path)} (${source})` : quoted(path));
