import {
  deployment,
  pod,
  type Pod,
  podDisruptionBudget,
  type PodDisruptionBudget,
  replicaSet,
  replicationController,
  statefulSet,
} from '@tiphys/sdk/api';
import { equal, isConflict, type KubeObject, labelSelectorOf } from '@tiphys/sdk/machinery';
import { changes, defineController, type ReconcileContext, watch } from '@tiphys/sdk/operator';
import { messageOf } from '@tiphys/sdk/runtime';
import { erase } from '@tiphys/sdk/schema';
import { readyCondition } from '../pod-state.ts';
import { type Expectation, expectationOf, printedSelector, scaleIn } from './expected.ts';
import { failedStatus, pendingEvictions, statusOf } from './status.ts';

const podChanged = changes<Pod>((p) => [
  p.metadata.labels,
  p.metadata.deletionTimestamp !== undefined,
  p.metadata.ownerReferences,
  readyCondition(p)?.status,
]);

/** Keeps count of how many of a budget's pods may go, which evictions spend from. */
export const disruptionController = defineController({
  name: 'disruption',
  component: 'controllermanager',
  for: podDisruptionBudget,
  watches: [
    watch(pod, (next, old, cache) => {
      if (next && old && !podChanged(next, old)) return [];
      const { namespace } = (next ?? old)!.metadata;
      const budgets = cache.list(podDisruptionBudget, namespace);
      return budgets.filter((b) => [next, old].some((p) => p && concerns(b, p))).map(keyOf);
    }),
    ...[erase(deployment), erase(replicaSet), erase(statefulSet), erase(replicationController)].map((kind) =>
      watch(kind, (next: Scaled | undefined, old: Scaled | undefined, cache) =>
        next?.spec?.replicas === old?.spec?.replicas
          ? []
          : cache.list(podDisruptionBudget, (next ?? old)!.metadata.namespace).map(keyOf),
      ),
    ),
  ],

  async reconcile(budget, context) {
    const { client, cache, clock, events, signal } = context;
    const pods = cache.list(pod, budget.metadata.namespace).filter((p) => concerns(budget, p));
    const subject = { kind: podDisruptionBudget, object: budget };
    if (!pods.length) events.event(subject, 'Normal', 'NoPods', 'No matching pods found');
    const write = async (status: PodDisruptionBudget['status']): Promise<void> => {
      if (!equal(status, budget.status)) await client.updateStatus(podDisruptionBudget, budget, status, { signal });
    };
    try {
      const expectation = expected(budget, pods, context);
      const now = clock.now();
      const { pending, overdue, recheckInMs } = pendingEvictions(budget, pods, now);
      for (const p of overdue) {
        const { namespace } = budget.metadata;
        // Upstream names the budget's namespace twice, and not the budget.
        const text = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
        events.event({ kind: pod, object: p }, 'Warning', 'NotDeleted', text);
      }
      await write(statusOf(budget, { pods, pending, expectation, now }));
      return recheckInMs === undefined ? {} : { requeueAfterMs: recheckInMs };
    } catch (err) {
      if (isConflict(err) || signal.aborted) throw err;
      await write(failedStatus(budget, messageOf(err), clock.now()));
      return {};
    }
  },
});

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } };

const keyOf = ({ metadata }: PodDisruptionBudget): string => `${metadata.namespace}/${metadata.name}`;

const concerns = ({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean =>
  labelSelectorOf(spec.selector).matches(metadata.labels ?? {});

function expected(budget: PodDisruptionBudget, pods: readonly Pod[], { cache, events }: ReconcileContext): Expectation {
  const subject = { kind: podDisruptionBudget, object: budget };
  try {
    const expectation = expectationOf(budget, pods, scaleIn(cache));
    if (expectation.unmanaged.length) {
      const text = `Pods selected by this PodDisruptionBudget (selector: ${printedSelector(budget.spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
      events.event(subject, 'Warning', 'UnmanagedPods', text);
    }
    return expectation;
  } catch (err) {
    const why = messageOf(err);
    const text = `Failed to calculate the number of expected pods: ${why}`;
    events.event(subject, 'Warning', 'CalculateExpectedPodCountFailed', text);
    throw err;
  }
}
