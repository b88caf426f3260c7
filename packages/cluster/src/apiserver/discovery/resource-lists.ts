import { createHash } from 'node:crypto';
import { isOpen } from '@tiphys/sdk/api';
import type { AnyKind, Gates } from '@tiphys/sdk/schema';

/** `metav1.APIResource`: a line of `kubectl api-resources`. */
export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** Upstream's order for what others have defined. */
const unstructuredVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Everything a kind answers under: itself, its status, its scale, its other subresources; sorted as upstream lists them. */
export function resourcesOf(kind: AnyKind, gates?: Gates): ApiResource[] {
  const namespaced = kind.scope === 'Namespaced';
  const stored = kind.verbs.includes('watch');
  const part = (
    name: string,
    of: string,
    verbs: readonly string[],
    place: { group?: string; version?: string } = {},
  ): ApiResource => ({
    name: `${kind.plural}/${name}`,
    singularName: '',
    namespaced,
    ...place,
    kind: of,
    verbs,
  });
  const partVerbs = ['get', 'patch', 'update'];
  const subresources = [
    ...(kind.subresources ?? []).map(({ name, kind: of, verbs, group, version }) =>
      part(name, of, verbs, { ...(group !== undefined && { group }), ...(version !== undefined && { version }) }),
    ),
    ...(kind.status ? [part('status', kind.kind, partVerbs)] : []),
    ...(kind.scale ? [part('scale', 'Scale', partVerbs, { group: 'autoscaling', version: 'v1' })] : []),
  ];
  return [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced,
      kind: kind.kind,
      verbs: kind.unstructured ? unstructuredVerbs : kind.verbs,
      ...(kind.shortNames.length && { shortNames: kind.shortNames }),
      ...(kind.categories.length && { categories: kind.categories }),
      ...(stored &&
        isOpen(gates, 'StorageVersionHash') && {
          storageVersionHash: storageVersionHash(kind.hub?.kind ?? kind.converter?.stored ?? kind),
        }),
    },
    ...(kind.unstructured ? subresources : subresources.sort((a, b) => (a.name < b.name ? -1 : 1))),
  ];
}

/** Tells clients when the stored version changes: the first eight bytes of a digest of what is stored. */
const storageVersionHash = ({ group, version, kind, storedAs }: AnyKind): string =>
  createHash('sha256')
    .update(`${group}/${storedAs?.version ?? version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
