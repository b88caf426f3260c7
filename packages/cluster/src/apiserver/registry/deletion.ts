import { type KubeObject, timestamp } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { DeleteOptions } from './delete-options.ts';

/**
 * What deleting does to an object: `now` it goes, `marked` it was changed to wait for grace or finalizers, `pending` it waits
 * already and nothing changed. Changes the object (upstream's BeforeDelete and deletionFinalizersForGarbageCollection).
 */
export function beginDeletion(
  object: KubeObject,
  kind: AnyKind,
  options: DeleteOptions,
  now: number,
): 'now' | 'marked' | 'pending' {
  const { metadata } = object;
  const finalizersChanged = setGarbageFinalizers(object, kind, options);
  if (kind.beginEnding && !metadata.deletionTimestamp) {
    metadata.deletionTimestamp = timestamp(now);
    kind.beginEnding(object);
    return 'marked';
  }
  if (kind.isHeld?.(object)) return finalizersChanged ? 'marked' : 'pending';
  const grace = graceOf(object, kind, options);
  if (metadata.deletionTimestamp) {
    const left = metadata.deletionGracePeriodSeconds ?? 0;
    if (kind.graceful && grace < left) {
      const start = Date.parse(metadata.deletionTimestamp) - left * 1000;
      metadata.deletionTimestamp = timestamp(start + grace * 1000);
      metadata.deletionGracePeriodSeconds = grace;
      if (grace > 0 || metadata.finalizers?.length) return 'marked';
      return 'now';
    }
    if (left === 0 && !metadata.finalizers?.length) return 'now';
    return finalizersChanged ? 'marked' : 'pending';
  }
  const goesNow = grace === 0 && !metadata.finalizers?.length;
  if (goesNow && !kind.graceful) return 'now';
  metadata.deletionTimestamp = timestamp(now + grace * 1000);
  metadata.deletionGracePeriodSeconds = grace;
  if (metadata.generation) metadata.generation++;
  return goesNow ? 'now' : 'marked';
}

/** Nothing holds it any more: it was to be deleted, its grace is over and its last finalizer gone. */
export const isReadyToGo = (object: KubeObject, kind: AnyKind): boolean => {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  return Boolean(deletionTimestamp) && !deletionGracePeriodSeconds && !finalizers?.length && !kind.isHeld?.(object);
};

interface Gracious extends KubeObject {
  spec?: { nodeName?: string; terminationGracePeriodSeconds?: number };
  status?: { phase?: string };
}

/** Only pods have grace, and only those that a node may still be running. */
function graceOf(object: Gracious, kind: AnyKind, { gracePeriodSeconds }: DeleteOptions): number {
  if (!kind.graceful) return 0;
  const { nodeName, terminationGracePeriodSeconds = 30 } = object.spec ?? {};
  const over = object.status?.phase === 'Failed' || object.status?.phase === 'Succeeded';
  if (!nodeName || over) return 0;
  const asked = gracePeriodSeconds ?? terminationGracePeriodSeconds;
  return asked < 0 ? 1 : asked;
}

/** Adds and removes the finalizers by which the garbage collector learns what is to become of dependents. */
function setGarbageFinalizers(object: KubeObject, kind: AnyKind, options: DeleteOptions): boolean {
  const { metadata } = object;
  const before = metadata.finalizers ?? [];
  const wanted = new Set(before);
  const policy = policyOf(before, kind, options);
  const want = (name: string, yes: boolean) => (yes ? wanted.add(name) : wanted.delete(name));
  want('orphan', policy === 'Orphan');
  want('foregroundDeletion', policy === 'Foreground');
  const after = [...wanted];
  if (after.length === before.length && after.every((f, i) => f === before[i])) return false;
  if (after.length) metadata.finalizers = after;
  else delete metadata.finalizers;
  return true;
}

function policyOf(
  finalizers: readonly string[],
  kind: AnyKind,
  options: DeleteOptions,
): DeleteOptions['propagationPolicy'] {
  if (kind.hasNoDependents) return 'Background';
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (options.propagationPolicy) return options.propagationPolicy;
  if (finalizers.includes('orphan')) return 'Orphan';
  if (finalizers.includes('foregroundDeletion')) return 'Foreground';
  return kind.orphanDependents ? 'Orphan' : 'Background';
}
