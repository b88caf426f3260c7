import { pod, type Pod } from '@tiphys/sdk/api';
import type { CallOptions, Client } from '@tiphys/sdk/client';
import { isNotFound, timestamp } from '@tiphys/sdk/machinery';

const type = 'DisruptionTarget';

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
  const finished = p.status.phase === 'Succeeded' || p.status.phase === 'Failed';
  const status = failed
    ? // Who is over already isn't told why.
      !finished && { ...observed(p), ...(reason && withCondition(p, reason, message ?? '', now)), phase: 'Failed' }
    : reason && withCondition(p, reason, message ?? '', now);
  try {
    if (status) {
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

/** Patch of the status that sets the pod's condition; undefined when it says so already. */
function withCondition({ metadata, status: { conditions = [] } }: Pod, reason: string, message: string, now: number) {
  const before = conditions.find((c) => c.type === type);
  if (before?.status === 'True' && before.reason === reason && before.message === message) return undefined;
  const lastTransitionTime = before?.status === 'True' ? before.lastTransitionTime : timestamp(now);
  const condition = { type, status: 'True', ...observed({ metadata }), lastTransitionTime, reason, message };
  // A patch puts what is new first; here it goes last.
  const order = [...conditions.map((c) => c.type), ...(before ? [] : [type])].map((t) => ({ type: t }));
  return { '$setElementOrder/conditions': order, conditions: [condition] };
}

const observed = ({ metadata: { generation } }: Pick<Pod, 'metadata'>) =>
  generation === undefined ? {} : { observedGeneration: generation };
