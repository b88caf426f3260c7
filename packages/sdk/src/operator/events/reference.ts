import type { ObjectReference } from '../../api/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import type { Clock, Random } from '../../runtime/index.ts';
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

/** `NAME.HEX`, the hexadecimal nanoseconds of its making. Our clocks have milliseconds: the rest is drawn. */
export function eventName(name: string, clock: Clock, random: Random): string {
  const nanos = BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(random.int(1_000_000));
  return `${name}.${nanos.toString(16)}`;
}
