import { objectMeta } from '@tiphys/sdk/api';
import { type KubeObject, type ObjectMeta, timestamp } from '@tiphys/sdk/machinery';
import type { Random } from '@tiphys/sdk/runtime';
import { setFields } from '@tiphys/sdk/schema';

const generatedNameBase = 58;

export function generatedName(base: string, random: Random): string {
  return `${base.slice(0, generatedNameBase)}${random.suffix(5)}`;
}

/** What only the server says of an object that is to be made. */
export function wipeSystemFields(metadata: ObjectMeta): void {
  // To delete what isn't there costs as much as to delete what is.
  for (const name of ofTheSystem) if (metadata[name] !== undefined) delete metadata[name];
}

const ofTheSystem = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
] as const;

/** What the server says of it then. */
export function prepareMetadata(
  { metadata }: KubeObject,
  namespace: string,
  { now, uid, counts }: { now: number; uid: string; counts: boolean },
): void {
  setFields(objectMeta, metadata, {
    uid,
    creationTimestamp: timestamp(now),
    namespace: namespace || undefined,
    resourceVersion: undefined,
    ...(counts && { generation: 1 }),
  });
}

/** What of the metadata only the server sets, and a client may send back or leave out; a namespace only where there is one. */
export function keepSystemFields({ metadata }: KubeObject, { metadata: fixed }: KubeObject, namespaced: boolean): void {
  setFields(objectMeta, metadata, {
    uid: metadata.uid || fixed.uid,
    creationTimestamp: fixed.creationTimestamp,
    namespace: namespaced ? metadata.namespace || fixed.namespace : undefined,
    generation: fixed.generation,
    selfLink: undefined,
    // Nobody takes a deletion back; validation has its say about who would begin one this way.
    deletionTimestamp: fixed.deletionTimestamp ?? metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? fixed.deletionGracePeriodSeconds,
  });
}
