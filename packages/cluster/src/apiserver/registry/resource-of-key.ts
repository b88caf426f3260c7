import { declaredKinds } from '../kinds.ts';
import { prefixOf, type Resource, resourceOf } from './resource.ts';

const byPrefix: ReadonlyMap<string, Resource> = new Map(
  declaredKinds
    .filter((k) => !k.hub)
    .map(resourceOf)
    .map((r) => [r.prefix, r]),
);

/** Whose object a key is; nothing for keys that no resource has. */
export const resourceOfKey = (key: string): Resource | undefined => byPrefix.get(prefixOf(key, byPrefix));
