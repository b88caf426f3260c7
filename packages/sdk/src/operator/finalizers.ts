import type { Client } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';

export const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) ?? false;

/** Adds the finalizer and gives the object as it then is. Throws a conflict when the object changed meanwhile. */
export async function addFinalizer<O extends KubeObject, M>(
  client: Client,
  kind: Kind<O, M>,
  object: O,
  finalizer: string,
  signal: AbortSignal,
): Promise<O> {
  if (hasFinalizer(object, finalizer)) return object;
  return setFinalizers(client, kind, object, [...(object.metadata.finalizers ?? []), finalizer], signal);
}

export async function removeFinalizer<O extends KubeObject, M>(
  client: Client,
  kind: Kind<O, M>,
  object: O,
  finalizer: string,
  signal: AbortSignal,
): Promise<O> {
  if (!hasFinalizer(object, finalizer)) return object;
  return setFinalizers(
    client,
    kind,
    object,
    (object.metadata.finalizers ?? []).filter((f) => f !== finalizer),
    signal,
  );
}

// A merge patch replaces the whole list, so it names the revision that the list was read at.
function setFinalizers<O extends KubeObject, M>(
  client: Client,
  kind: Kind<O, M>,
  object: O,
  finalizers: string[],
  signal: AbortSignal,
): Promise<O> {
  const { uid, resourceVersion } = object.metadata;
  const patch = { metadata: { finalizers, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) } };
  return client.patch(kind, object, { type: 'merge', patch }, { signal });
}
