import type { AnyKind } from '@tiphys/sdk/schema';
import type { GroupResource } from '@tiphys/sdk/machinery';

/** A kind at its place in the API and in the store. */
export interface Resource extends GroupResource {
  readonly kind: AnyKind;
  readonly version: string;
  readonly namespaced: boolean;
  /** `/registry/pods/`: every key of the resource starts with it. */
  readonly prefix: string;
}

const resources = new WeakMap<AnyKind, Resource>();

/** A kind's resource: the same one whoever asks. */
export function resourceOf(kind: AnyKind): Resource {
  let resource = resources.get(kind);
  if (!resource) {
    resource = {
      kind,
      group: kind.group,
      version: kind.version,
      resource: kind.plural,
      namespaced: kind.scope === 'Namespaced',
      prefix: `/registry/${kind.storagePrefix ?? kind.plural}/`,
    };
    resources.set(kind, resource);
  }
  return resource;
}

export const keyOf = (resource: Resource, namespace: string, name: string): string =>
  resource.namespaced ? `${resource.prefix}${namespace}/${name}` : `${resource.prefix}${name}`;

/** Namespace and name of a key of the resource. */
export function placeOf(resource: Resource, key: string): { namespace: string; name: string } {
  const rest = key.slice(resource.prefix.length);
  const slash = resource.namespaced ? rest.indexOf('/') : -1;
  return { namespace: slash === -1 ? '' : rest.slice(0, slash), name: rest.slice(slash + 1) };
}

/** `/registry/pods/` of `/registry/pods/ns/name`; a directory of two names (`services/specs`) where there is one. */
export function prefixOf(key: string, known: ReadonlyMap<string, unknown>): string {
  const first = key.indexOf('/', '/registry/'.length) + 1;
  const short = key.slice(0, first);
  return known.has(short) ? short : key.slice(0, key.indexOf('/', first) + 1);
}
