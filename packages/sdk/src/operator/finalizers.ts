import type { Client } from '../client/index.ts';
import type { KubeObject } from '../machinery/index.ts';
import type { Kind } from '../schema/index.ts';

export const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) ?? false;

interface FinalizerWrite {
  readonly finalizer: string;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** Adds the finalizer and gives the object as it then is. Throws a conflict when the object changed meanwhile. */
export async function addFinalizer<O extends KubeObject, M>(
  kind: Kind<O, M>,
  object: O,
  { finalizer, client, signal }: FinalizerWrite,
): Promise<O> {
  if (hasFinalizer(object, finalizer)) return object;
  const finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  return client.update(kind, { ...object, metadata: { ...object.metadata, finalizers } }, { signal });
}

export async function removeFinalizer<O extends KubeObject, M>(
  kind: Kind<O, M>,
  object: O,
  { finalizer, client, signal }: FinalizerWrite,
): Promise<O> {
  if (!hasFinalizer(object, finalizer)) return object;
  const finalizers = (object.metadata.finalizers ?? []).filter((f) => f !== finalizer);
  return client.update(kind, { ...object, metadata: { ...object.metadata, finalizers } }, { signal });
}
