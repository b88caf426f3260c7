import type { DeleteOptions } from '../client/index.ts';
import { conflict, type KubeObject, timestamp } from '../machinery/index.ts';
import type { AnyKind } from '../schema/index.ts';

export function mustMeetPreconditions(kind: AnyKind, { metadata }: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const resource = resourceOf(kind);
  if (uid && uid !== metadata.uid) throw conflict(resource, metadata.name!, uidMessage({ uid }, metadata));
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(resource, metadata.name!, why);
  }
}

export const resourceOf = (kind: AnyKind) => ({ group: kind.group, resource: kind.plural });
export const uidMessage = (wanted: { uid?: string }, held: { uid?: string }) =>
  `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${held.uid}`;

/** The object as its deletion leaves it; nothing when it is gone at once. */
export function deletionOf(
  kind: AnyKind,
  object: KubeObject,
  { now, ...options }: DeleteOptions & { now: number },
): KubeObject | undefined {
  const { metadata } = object;
  const finalizers = finalizersOnDelete(metadata.finalizers ?? [], options.propagationPolicy);
  const grace = graceOf(kind, object, options);
  if (finalizers.length === 0 && grace === 0) return undefined;
  const next: KubeObject = {
    ...object,
    metadata: {
      ...metadata,
      finalizers,
      deletionTimestamp: metadata.deletionTimestamp ?? timestamp(now + grace * 1000),
      deletionGracePeriodSeconds: Math.min(grace, metadata.deletionGracePeriodSeconds ?? Infinity),
    },
  };
  if (finalizers.length === 0) delete next.metadata.finalizers;
  return next;
}

function finalizersOnDelete(held: readonly string[], policy: DeleteOptions['propagationPolicy']): string[] {
  const others = held.filter((f) => f !== 'orphan' && f !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  return policy === 'Background' ? others : [...held];
}

const defaultGraceSeconds = 30;

/** Only a pod that a node may be running is given time. */
function graceOf(kind: AnyKind, object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (!kind.graceful) return 0;
  const { spec, status } = object as {
    spec?: { nodeName?: string; terminationGracePeriodSeconds?: number };
    status?: { phase?: string };
  };
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
}
