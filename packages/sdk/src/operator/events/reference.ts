import type { ObjectReference } from '../../api/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { KindRef } from '../kind-ref.ts';

export function referenceTo(kind: KindRef, { metadata }: KubeObject, fieldPath?: string): ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    kind: kind.kind,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(uid && { uid }),
    apiVersion: kind.apiVersion,
    ...(resourceVersion && { resourceVersion }),
    ...(fieldPath && { fieldPath }),
  };
}

/** `NAME.HEX`, the hexadecimal nanoseconds of its making. */
export const eventName = (name: string, nanos: bigint): string => `${name}.${nanos.toString(16)}`;
