import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '@tiphys/sdk/api';
import { equalitySelector, timestamp } from '@tiphys/sdk/machinery';
import { availableInMs, isReady } from '../pod-state.ts';

export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

export interface Observed {
  /** Active pods of the set. */
  readonly pods: readonly Pod[];
  readonly terminating: number;
  /** What went wrong when pods were made or removed just now. */
  readonly failure: Failure | undefined;
  readonly now: number;
}

export function statusOf(rs: ReplicaSet, { pods, terminating, failure, now }: Observed): ReplicaSetStatus {
  const minReadySeconds = rs.spec.minReadySeconds ?? 0;
  const template = equalitySelector(rs.spec.template.metadata.labels);
  let [fullyLabeled, ready, available] = [0, 0, 0];
  for (const p of pods) {
    if (template.matches(p.metadata.labels ?? {})) fullyLabeled++;
    if (!isReady(p)) continue;
    ready++;
    if (availableInMs(p, minReadySeconds, now) === 0) available++;
  }
  const conditions = withFailure(rs.status.conditions ?? [], failure, now);
  return {
    replicas: pods.length,
    ...(fullyLabeled && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready && { readyReplicas: ready }),
    ...(available && { availableReplicas: available }),
    terminatingReplicas: terminating,
    ...(rs.metadata.generation !== undefined && { observedGeneration: rs.metadata.generation }),
    ...(conditions.length && { conditions }),
  };
}

/** When the next pod that is ready becomes available, if any is waiting for that. */
export function nextAvailableInMs(rs: ReplicaSet, pods: readonly Pod[], now: number): number | undefined {
  const { minReadySeconds = 0 } = rs.spec;
  if (minReadySeconds === 0) return undefined;
  const waits = pods.map((p) => availableInMs(p, minReadySeconds, now)).filter((ms) => ms !== undefined && ms > 0);
  return waits.length ? waits.reduce((a, b) => Math.min(a!, b!)) : undefined;
}

/** The condition stays as it first was while the failure lasts. */
function withFailure(
  conditions: readonly ReplicaSetCondition[],
  failure: Failure | undefined,
  now: number,
): ReplicaSetCondition[] {
  const others = conditions.filter((c) => c.type !== 'ReplicaFailure');
  if (!failure) return others;
  if (others.length < conditions.length) return [...conditions];
  return [...others, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: timestamp(now), ...failure }];
}
