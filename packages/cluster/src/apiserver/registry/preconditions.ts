import { conflict, type KubeObject, type ObjectMeta } from '@tiphys/sdk/machinery';
import type { DeleteOptions } from './delete-options.ts';
import type { Resource } from './resource.ts';

/** Throws unless the object is the one that a deletion means. */
export function checkPreconditions(
  resource: Resource,
  { metadata }: KubeObject,
  { preconditions }: DeleteOptions,
  name: string,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (resource.kind.beginEnding) return checkBeforeEnding(resource, metadata, preconditions, name);
  // Told of the kind, not of the resource.
  const about = { group: resource.group, resource: resource.kind.kind };
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      about,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      about,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** Of what ends in two steps upstream looks at the preconditions itself, and has words of its own. */
function checkBeforeEnding(
  resource: Resource,
  { uid, resourceVersion }: ObjectMeta,
  wanted: DeleteOptions['preconditions'],
  name: string,
): void {
  const refuse = (what: string, asked: string, is: string | undefined): never => {
    throw conflict(
      resource,
      name,
      `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${is}`,
    );
  };
  if (wanted?.uid !== undefined && wanted.uid !== uid) refuse('UID', wanted.uid, uid);
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    refuse('ResourceVersion', wanted.resourceVersion, resourceVersion);
  }
}
