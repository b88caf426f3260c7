import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { actualReplicas, availableReplicas, fences, specReplicas } from './replicas.ts';

/** Upstream's way of saying "no deadline": the largest 32-bit number. */
const noDeadline = 2 ** 31 - 1;

export const hasDeadline = ({ spec }: Deployment): boolean => spec.progressDeadlineSeconds !== noDeadline;

export type ConditionSpec = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

export const conditionOf = (status: DeploymentStatus, type: string): DeploymentCondition | undefined =>
  status.conditions?.find((c) => c.type === type);

/** Sets the condition last, unless its status and reason are what they were. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  { type, status, reason = '', message = '' }: ConditionSpec,
  now: number,
): DeploymentCondition[] {
  const current = conditions.find((c) => c.type === type);
  if (current?.status === status && current.reason === reason) return [...conditions];
  const at = timestamp(now);
  const since = current?.status === status ? (current.lastTransitionTime ?? at) : at;
  const condition = { type, status, lastUpdateTime: at, lastTransitionTime: since, reason, message };
  return [...conditions.filter((c) => c.type !== type), condition];
}

export interface Sets {
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
}

export const allSets = ({ newSet, oldSets }: Sets): ReplicaSet[] => [...oldSets, ...(newSet ? [newSet] : [])];

/** Counts and availability as the sets tell them. */
export function countedStatus(d: Deployment, sets: Sets, now: number): DeploymentStatus {
  const all = allSets(sets);
  const counted = {
    replicas: actualReplicas(all),
    updatedReplicas: actualReplicas(sets.newSet ? [sets.newSet] : []),
    readyReplicas: all.reduce((n, rs) => n + (rs.status.readyReplicas ?? 0), 0),
    availableReplicas: availableReplicas(all),
    unavailableReplicas: Math.max(0, specReplicas(all) - availableReplicas(all)),
  };
  // A set that doesn't tell how many of its pods are terminating leaves the sum unknown.
  const terminating = all.every((rs) => rs.status.terminatingReplicas !== undefined)
    ? all.reduce((n, rs) => n + (rs.status.terminatingReplicas ?? 0), 0)
    : undefined;
  const enough = counted.availableReplicas >= d.spec.replicas - fences(d).unavailable;
  const conditions = withCondition(
    d.status.conditions ?? [],
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
  );
  return {
    ...(d.metadata.generation !== undefined && { observedGeneration: d.metadata.generation }),
    ...Object.fromEntries(Object.entries(counted).filter(([, n]) => n > 0)),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    conditions,
    ...(d.status.collisionCount !== undefined && { collisionCount: d.status.collisionCount }),
  };
}

/** The counted status with what it says of the rollout's progress. */
export function rolloutStatus(d: Deployment, sets: Sets, now: number): DeploymentStatus {
  const status = countedStatus(d, sets, now);
  let conditions = status.conditions ?? [];
  if (!hasDeadline(d)) conditions = conditions.filter((c) => c.type !== 'Progressing');
  else {
    const current = conditionOf(d.status, 'Progressing');
    const wasComplete =
      (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
    if (!wasComplete) conditions = withProgress(d, sets.newSet, { ...status, conditions }, now);
  }
  const failure = failureOf(sets);
  if (failure) conditions = withCondition(conditions, failure, now);
  else conditions = conditions.filter((c) => c.type !== 'ReplicaFailure');
  return { ...status, conditions };
}

function withProgress(
  d: Deployment,
  newSet: ReplicaSet | undefined,
  status: DeploymentStatus,
  now: number,
): DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  const who = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${d.metadata.name}"`;
  const type = 'Progressing';
  if (isComplete(d, status)) {
    const message = `${who} has successfully progressed.`;
    return withCondition(conditions, { type, status: 'True', reason: 'NewReplicaSetAvailable', message }, now);
  }
  if (hasProgressed(d.status, status)) {
    const current = conditionOf(d.status, type);
    const next = { type, status: 'True', reason: 'ReplicaSetUpdated', message: `${who} is progressing.` };
    // Renewed even when it says the same: the deadline counts from the last progress.
    const others = conditions.filter((c) => c.type !== type);
    const renewed = withCondition(others, next, now);
    if (current?.status !== 'True' || !current.lastTransitionTime) return renewed;
    const { lastTransitionTime } = current;
    return renewed.map((c) => (c.type === type ? { ...c, lastTransitionTime } : c));
  }
  if (isTimedOut(d, status, now)) {
    const message = `${who} has timed out progressing.`;
    return withCondition(conditions, { type, status: 'False', reason: 'ProgressDeadlineExceeded', message }, now);
  }
  return conditions;
}

export function isComplete(d: Deployment, status: DeploymentStatus): boolean {
  const wanted = d.spec.replicas;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  );
}

function hasProgressed(old: DeploymentStatus, next: DeploymentStatus): boolean {
  const oldPods = (s: DeploymentStatus) => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    oldPods(next) < oldPods(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function isTimedOut(d: Deployment, status: DeploymentStatus, now: number): boolean {
  const progressing = conditionOf(status, 'Progressing');
  if (!progressing || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  return deadlineInMs(d, progressing, now) < 0;
}

const deadlineInMs = (d: Deployment, { lastUpdateTime }: DeploymentCondition, now: number) =>
  Date.parse(lastUpdateTime ?? '') + d.spec.progressDeadlineSeconds * 1000 - now;

/** When to look again at a rollout that hangs, since no event will tell that its deadline has passed. */
export function stuckCheckInMs(d: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const progressing = conditionOf(status, 'Progressing');
  if (!hasDeadline(d) || !progressing) return undefined;
  if (isComplete(d, status) || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  return Math.max(0, deadlineInMs(d, progressing, now)) + 1000;
}

/** The new set's failure, or any set's. */
function failureOf({ newSet, oldSets }: Sets): ConditionSpec | undefined {
  for (const rs of [...(newSet ? [newSet] : []), ...oldSets]) {
    const failure = rs.status.conditions?.find((c) => c.type === 'ReplicaFailure');
    if (failure) return failure;
  }
  return undefined;
}
