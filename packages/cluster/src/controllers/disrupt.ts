import { pod, type Pod } from '@tiphys/sdk/api';
import type { CallOptions, Client } from '@tiphys/sdk/client';
import { isNotFound, timestamp } from '@tiphys/sdk/machinery';

export interface Disruption {
  /** Becomes the pod's condition `DisruptionTarget`; without it the pod isn't told. */
  readonly reason?: string;
  readonly message?: string;
  /** The pod is over: nothing runs it any more. */
  readonly failed?: boolean;
  readonly gracePeriodSeconds?: number;
}

/** Deletes a pod that didn't ask for it, after writing down why. A pod that is gone by then is fine. */
export async function disrupt(
  client: Client,
  p: Pod,
  { reason, message, failed, gracePeriodSeconds }: Disruption,
  { now, signal }: Required<CallOptions> & { now: number },
): Promise<void> {
  const told = p.status.conditions?.some((c) => c.type === 'DisruptionTarget' && c.reason === reason);
  const condition = reason && !told && conditionOf(p, reason, message ?? '', now);
  const finished = p.status.phase === 'Succeeded' || p.status.phase === 'Failed';
  const others = (p.status.conditions ?? []).map((c) => c.type).filter((type) => type !== 'DisruptionTarget');
  const order = [...others, 'DisruptionTarget'].map((type) => ({ type }));
  const status = {
    // A patch puts what is new first; here it goes last.
    ...(condition && { '$setElementOrder/conditions': order, conditions: [condition] }),
    ...(failed && !finished && { phase: 'Failed' }),
  };
  try {
    if (Object.keys(status).length) {
      const patch = { metadata: { uid: p.metadata.uid }, status };
      await client.patch(pod, p, { type: 'strategic', patch }, { subresource: 'status', signal });
    }
    const preconditions = { uid: p.metadata.uid! };
    await client.delete(pod, p, {
      preconditions,
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      signal,
    });
  } catch (err) {
    if (!isNotFound(err)) throw err;
  }
}

const conditionOf = (p: Pod, reason: string, message: string, now: number) => ({
  type: 'DisruptionTarget',
  status: 'True',
  ...(p.metadata.generation !== undefined && { observedGeneration: p.metadata.generation }),
  lastTransitionTime: timestamp(now),
  reason,
  message,
});
