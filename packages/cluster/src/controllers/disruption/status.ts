import {
  type Pod,
  type PodDisruptionBudget,
  type PodDisruptionBudgetStatus,
  podDisruptionBudgetStatus,
} from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import { isReady } from '../pod-state.ts';
import type { Expectation } from './expected.ts';

/** An eviction that was granted and hasn't come to anything by then is forgotten. */
const deletionTimeoutMs = 2 * 60_000;

type Status = PodDisruptionBudgetStatus;

/** Evictions that were granted and haven't shown yet, and when the first of them is to be looked at again. */
export function pendingEvictions({ status }: PodDisruptionBudget, pods: readonly Pod[], now: number) {
  const granted = status.disruptedPods ?? {};
  const pending: Record<string, string> = {};
  const overdue: Pod[] = [];
  let recheckInMs: number | undefined;
  for (const p of pods) {
    const since = granted[p.metadata.name!];
    if (since === undefined || p.metadata.deletionTimestamp) continue;
    const left = Date.parse(since) + deletionTimeoutMs - now;
    if (left < 0) overdue.push(p);
    else {
      pending[p.metadata.name!] = since;
      recheckInMs = Math.min(recheckInMs ?? left, left);
    }
  }
  return { pending, overdue, recheckInMs };
}

export function statusOf(
  budget: PodDisruptionBudget,
  {
    pods,
    pending,
    expectation,
    now,
  }: {
    pods: readonly Pod[];
    pending: Readonly<Record<string, string>>;
    expectation: Expectation;
    now: number;
  },
): Status {
  const healthy = pods.filter((p) => {
    const leaving = p.metadata.deletionTimestamp !== undefined || pending[p.metadata.name!] !== undefined;
    return !leaving && isReady(p);
  }).length;
  const { expected, desired } = expectation;
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  const observedGeneration = budget.metadata.generation ?? 0;
  return written({
    observedGeneration,
    ...(Object.keys(pending).length && { disruptedPods: { ...pending } }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: withCondition(budget.status, now, {
      status: allowed > 0 ? 'True' : 'False',
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      observedGeneration,
    }),
  });
}

/** Nothing may go while it isn't known how many there ought to be. */
export const failedStatus = ({ status }: PodDisruptionBudget, message: string, now: number): Status =>
  written({
    ...status,
    disruptionsAllowed: 0,
    conditions: withCondition(status, now, {
      status: 'False',
      reason: 'SyncFailed',
      message,
      observedGeneration: status.observedGeneration ?? 0,
    }),
  });

interface Said {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

function withCondition({ conditions = [] }: Status, now: number, { observedGeneration, ...said }: Said) {
  const type = 'DisruptionAllowed';
  const old = conditions.find((c) => c.type === type);
  const lastTransitionTime = old?.status === said.status ? old.lastTransitionTime : timestamp(now);
  const { status, reason, message } = said;
  const condition = {
    type,
    status,
    ...(observedGeneration && { observedGeneration }),
    lastTransitionTime,
    reason,
    message,
  };
  return old ? conditions.map((c) => (c === old ? condition : c)) : [...conditions, condition];
}

function written(status: Status): Status {
  setFields(podDisruptionBudgetStatus, status, {});
  return status;
}
