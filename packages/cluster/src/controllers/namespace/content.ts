import { pod, type Pod } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { isNotFound, type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import { deletableKinds } from '../kinds.ts';
import type { Findings } from './conditions.ts';

/** How long something with a finalizer that we don't know is expected to take. */
const finalizerSeconds = 15;

export interface Pass extends Findings {
  /** Seconds until it makes sense to look again; 0 when everything is gone. */
  readonly estimateSeconds: number;
}

/** Deletes what is in a namespace: pods first, then, once they are gone, everything else. */
export async function deleteContent(client: Client, namespace: string, signal: AbortSignal): Promise<Pass> {
  const pods = await attempt(pod as unknown as AnyKind, client, namespace, signal);
  if (pods.left.length > 0 || pods.failure) {
    return { failures: pods.failure ? [pods.failure] : [], estimateSeconds: graceOf(pods.left as Pod[]) };
  }
  const { kinds: all, stale } = await deletableKinds(client, signal);
  const kinds = all.filter((k) => k.scope === 'Namespaced' && k.plural !== 'pods');
  const attempts = await Promise.all(kinds.map((kind) => attempt(kind, client, namespace, signal)));
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  for (const { kind, left } of attempts) {
    if (left.length > 0) remaining.set(`${kind.plural}.${kind.group}`, left.length);
    for (const f of left.flatMap((o) => o.metadata.finalizers ?? [])) finalizers.set(f, (finalizers.get(f) ?? 0) + 1);
  }
  return {
    unknown: stale,
    failures: attempts.flatMap((a) => a.failure ?? []),
    remaining,
    finalizers,
    estimateSeconds: remaining.size > 0 ? finalizerSeconds : 0,
  };
}

interface Attempt {
  readonly kind: AnyKind;
  readonly left: readonly KubeObject[];
  readonly failure?: string;
}

async function attempt(kind: AnyKind, client: Client, namespace: string, signal: AbortSignal): Promise<Attempt> {
  const list = async () => (await client.list(kind, { namespace, signal })).items;
  try {
    if ((await list()).length === 0) return { kind, left: [] };
    if (kind.verbs.includes('deletecollection')) {
      await client.deleteCollection(kind, { namespace }, { propagationPolicy: 'Background', signal });
    } else {
      for (const object of await list()) await deleteOne(kind, object, client, signal);
    }
    const left = await list();
    const stuck = left.some((o) => !o.metadata.deletionTimestamp && !o.metadata.finalizers?.length);
    if (!stuck) return { kind, left };
    const gvr = `${kind.group}/${kind.version}, Resource=${kind.plural}`;
    return { kind, left, failure: `unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}` };
  } catch (err) {
    if (!(err instanceof StatusError)) throw err;
    return { kind, left: [], failure: err.message };
  }
}

async function deleteOne(kind: AnyKind, object: KubeObject, client: Client, signal: AbortSignal): Promise<void> {
  await client.delete(kind, object, { propagationPolicy: 'Background', signal }).catch((err: unknown) => {
    if (!isNotFound(err)) throw err;
  });
}

const graceOf = (pods: readonly Pod[]) =>
  Math.max(1, ...pods.map((p) => p.metadata.deletionGracePeriodSeconds ?? p.spec.terminationGracePeriodSeconds ?? 30));
