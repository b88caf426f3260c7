import { node, type Node, pod, type Pod } from '@tiphys/sdk/api';
import { isNotFound } from '@tiphys/sdk/machinery';
import { changes, type Controller, defineController, type ReconcileContext, watch } from '@tiphys/sdk/operator';
import { disrupt } from './disrupt.ts';
import { isFinished } from './pod-state.ts';
import { indexPodsByNode, podsOnNode } from './pods-by-node.ts';

/**
 * A node's absence may be a cache that is behind, or a node that registers again. Each pod waits anew: one that names such a node
 * in its template is made again at once, and would be for ever as fast as we can delete.
 */
const quarantineMs = 40_000;
const mostFinished = 12_500;
const outOfService = 'node.kubernetes.io/out-of-service';
const finishedIndex = 'finished';

/** Removes pods that no kubelet will remove: of nodes that are gone, never bound ones, and too many finished ones. */
export const podGcController: Controller = {
  name: 'pod-garbage-collector',
  run: (deps, signal) => {
    // Since when pods have been without their node, by key and by the clock that never jumps.
    const missing = new Map<string, { uid: string; since: number }>();
    return defineController({
      name: 'pod-garbage-collector',
      component: 'pod-garbage-collector',
      for: pod,
      predicate: (next, old) => (!next || mayBeLeft(next)) && differs(next, old),
      watches: [
        watch(node, (next, old, cache) => {
          if (next && old && isOutOfService(next) === isOutOfService(old)) return [];
          const keys = podsOnNode(cache, (next ?? old)!.metadata.name!).map(keyOf);
          for (const key of keys) missing.delete(key);
          return keys;
        }),
      ],
      setup: (cache) => {
        indexPodsByNode(cache);
        cache.informer(pod).addIndex(finishedIndex, (p) => (isFinished(p) ? ['yes'] : []));
      },

      async reconcile(p, context) {
        const { cache, clock, key } = context;
        const { nodeName } = p.spec;
        const terminating = p.metadata.deletionTimestamp !== undefined;
        const home = nodeName ? cache.get(node, undefined, nodeName) : undefined;
        if (nodeName && !home) {
          const uid = p.metadata.uid!;
          const known = missing.get(key);
          const since = known?.uid === uid ? known.since : clock.monotonic();
          missing.set(key, { uid, since });
          const left = since + quarantineMs - clock.monotonic();
          if (left > 0) return { requeueAfterMs: left };
          await removeOrphan(p, nodeName, context);
        } else if (terminating && (!home || isOutOfService(home))) {
          await remove(p, {}, context);
        } else if (isFinished(p)) {
          await removeSurplus(context);
        }
        return {};
      },
      async gone({ key }) {
        missing.delete(key);
      },
    }).run(deps, signal);
  },
};

const differs = changes((p: Pod) => [p.metadata.deletionTimestamp, p.spec.nodeName, isFinished(p)]);

/** A pod that waits for a node is nobody's to remove. */
const mayBeLeft = (p: Pod) => Boolean(p.spec.nodeName) || p.metadata.deletionTimestamp !== undefined || isFinished(p);

const isOutOfService = ({ spec, status }: Node) =>
  (spec.taints ?? []).some((t) => t.key === outOfService) &&
  !(status.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');

async function removeOrphan(p: Pod, nodeName: string, context: ReconcileContext): Promise<void> {
  const { client, signal } = context;
  try {
    await client.get(node, { metadata: { name: nodeName } }, { signal });
  } catch (err) {
    if (!isNotFound(err)) throw err;
    await remove(p, { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }, context);
  }
}

/** Evicted pods go first, then the oldest. */
async function removeSurplus(context: ReconcileContext): Promise<void> {
  const finished = context.cache.by(pod, finishedIndex, 'yes').filter((p) => !p.metadata.deletionTimestamp);
  if (finished.length <= mostFinished) return;
  const oldest = finished.toSorted((a, b) => compareText(ageKey(a), ageKey(b)));
  for (const p of oldest.slice(0, finished.length - mostFinished)) await remove(p, {}, context);
}

const remove = (
  p: Pod,
  why: { reason?: string; message?: string },
  { client, clock, log, signal }: ReconcileContext,
) => {
  log.info('removing a pod that no node will', { pod: keyOf(p), ...why });
  return disrupt(client, p, { ...why, failed: true, gracePeriodSeconds: 0 }, { now: clock.now(), signal });
};

const keyOf = ({ metadata }: Pod) => `${metadata.namespace}/${metadata.name}`;
const isEvicted = ({ status }: Pod) => status.phase === 'Failed' && status.reason === 'Evicted';
const ageKey = (p: Pod) => `${isEvicted(p) ? 0 : 1} ${p.metadata.creationTimestamp} ${p.metadata.name}`;
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
