import { type Pod, type PodDisruptionBudget, podDisruptionBudgetStatus } from '@tiphys/sdk/api';
import { deepCopy, forbidden, type KubeObject, labelSelectorOf, StatusError, timestamp } from '@tiphys/sdk/machinery';
import { setFields } from '@tiphys/sdk/schema';
import type { Registry } from '../registry/registry.ts';
import type { WriteRequest } from '../registry/requests.ts';

/** So many evictions may be on their way before whoever counts pods has seen them. */
const maxUnseen = 2000;

/** The budgets that a pod counts in. */
export function budgetsOf(budgets: Registry, pod: Pod): PodDisruptionBudget[] {
  const { namespace = '', labels = {} } = pod.metadata;
  const all = budgets.cache.list({ namespace }).map((entry) => entry.object as unknown as PodDisruptionBudget);
  return all.filter(({ spec }) => labelSelectorOf(spec.selector).matches(labels));
}

/** A pod that isn't ready takes nothing from a budget, as its own policy has it. */
export function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status.desiredHealthy > 0 && status.currentHealthy >= status.desiredHealthy;
}

/** Takes one disruption out of the budget for the pod, or refuses. */
export async function spend(
  budgets: Registry,
  { metadata }: PodDisruptionBudget,
  { pod, request, now }: { pod: string; request: WriteRequest; now: number },
): Promise<void> {
  await budgets.update({
    ...request,
    name: metadata.name ?? '',
    admitted: true,
    options: {},
    subresource: 'status',
    manager: { fieldManager: 'kube-apiserver', userAgent: '' },
    next: (current) => spent(current as unknown as PodDisruptionBudget, pod, now) as unknown as KubeObject,
  });
}

function spent(budget: PodDisruptionBudget, pod: string, now: number): PodDisruptionBudget {
  const { metadata, status } = budget;
  const { name = '' } = metadata;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) throw notYet(name);
  const refuse = (why: string) => forbidden({ group: 'policy', resource: 'poddisruptionbudget' }, name, why);
  if (status.disruptionsAllowed < 0) throw refuse('pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > maxUnseen) {
    throw refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (status.disruptionsAllowed === 0) throw violates(whyNot(budget), 0);
  const next = deepCopy(budget);
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  setFields(podDisruptionBudgetStatus, next.status, {
    disruptionsAllowed,
    disruptedPods: { ...status.disruptedPods, [pod]: timestamp(now) },
    ...(disruptionsAllowed === 0 && { conditions: usedUp(status, now) }),
  });
  return next;
}

/** Nothing is known yet of how many may go. */
export const notYet = (name: string): StatusError =>
  violates(`The disruption budget ${name} is still being processed by the server.`, 10);

function violates(why: string, retryAfterSeconds: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError(429, 'TooManyRequests', message, {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds && { retryAfterSeconds }),
  });
}

type Status = PodDisruptionBudget['status'];

function whyNot({ metadata, status }: PodDisruptionBudget): string {
  const name = metadata.name ?? '';
  const { desiredHealthy, currentHealthy } = status;
  const allowed = status.conditions?.find((c) => c.type === 'DisruptionAllowed');
  const said = allowed?.status === 'False' && allowed.message ? allowed : undefined;
  const not = `The disruption budget ${name} does not allow evicting pods currently`;
  if (said?.reason === 'SyncFailed') return `${not} because it failed sync: ${said.message}`;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return said ? `${not} (${said.reason}): ${said.message}` : not;
}

function usedUp({ conditions = [], observedGeneration }: Status, now: number): Status['conditions'] {
  const old = conditions.find((c) => c.type === 'DisruptionAllowed');
  const lastTransitionTime = old?.status === 'False' ? old.lastTransitionTime : timestamp(now);
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(observedGeneration && { observedGeneration }),
    lastTransitionTime,
    reason: 'InsufficientPods',
    message: '',
  };
  return old ? conditions.map((c) => (c === old ? condition : c)) : [...conditions, condition];
}
