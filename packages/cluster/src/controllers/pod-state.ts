import type { Pod, PodCondition } from '@tiphys/sdk/api';

/** Neither finished nor on its way out. */
export const isActive = (p: Pod): boolean => !isFinished(p) && !p.metadata.deletionTimestamp;

/** Told to stop and still running. */
export const isTerminating = (p: Pod): boolean => !isFinished(p) && p.metadata.deletionTimestamp !== undefined;

export const isFinished = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

export const readyCondition = ({ status }: Pod): PodCondition | undefined =>
  status.conditions?.find((c) => c.type === 'Ready');

export const isReady = (p: Pod): boolean => readyCondition(p)?.status === 'True';

/** When the pod became ready, in milliseconds; undefined while it isn't or doesn't say since when. */
export function readySince(p: Pod): number | undefined {
  const condition = readyCondition(p);
  if (condition?.status !== 'True' || !condition.lastTransitionTime) return undefined;
  return Date.parse(condition.lastTransitionTime);
}

/** How long until the ready pod counts as available; 0 when it does, undefined when it isn't ready. */
export function availableInMs(p: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(p)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = readySince(p);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}
