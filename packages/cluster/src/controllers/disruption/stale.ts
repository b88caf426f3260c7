import { pod, type Pod, type PodCondition } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { defineController } from '@tiphys/sdk/operator';
import { isActive } from '../pod-state.ts';

/** How long after it was told a pod has to be going; upstream's default. */
const patienceMs = 120_000;

/** Takes back what a pod was told of its disruption when nothing has come of it. */
export const staleDisruptionController = defineController({
  name: 'stale-pod-disruption',
  for: pod,
  predicate: (next) => next !== undefined && disruptionOf(next) !== undefined,

  async reconcile(p, { client, clock, signal }) {
    const told = disruptionOf(p);
    if (!told) return {};
    const waitMs = told.lastTransitionTime ? Date.parse(told.lastTransitionTime) + patienceMs - clock.now() : 0;
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const { generation } = p.metadata;
    const takenBack: PodCondition = {
      type: told.type,
      ...(generation !== undefined && { observedGeneration: generation }),
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: timestamp(clock.now()),
    };
    const conditions = p.status.conditions?.map((c) => (c === told ? takenBack : c)) ?? [];
    await client.updateStatus(pod, p, { ...p.status, conditions }, { signal });
    return {};
  },
});

/** What the pod was told, if it is still there; a kubelet takes its time and keeps its word. */
function disruptionOf(p: Pod): PodCondition | undefined {
  if (!isActive(p)) return undefined;
  return p.status.conditions?.find(
    (c) => c.type === 'DisruptionTarget' && c.status === 'True' && c.reason !== 'TerminationByKubelet',
  );
}
