import { node, type Node, pod, type Pod, type Taint, type Toleration } from '@tiphys/sdk/api';
import { equal, isNotFound } from '@tiphys/sdk/machinery';
import { changes, type Controller, defineController, type ReconcileContext, watch } from '@tiphys/sdk/operator';
import { disrupt } from './disrupt.ts';
import { indexPodsByNode, podsOnNode } from './pods-by-node.ts';

/** Drives pods off nodes with taints of effect NoExecute that they don't tolerate, or not for long. */
export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  run: (deps, signal) => {
    // When a pod that bears its node's taints for a time is to go, by uid. It stays so whatever other taints come.
    const due = new Map<string, number>();
    return defineController({
      name: 'taint-eviction-controller',
      component: 'taint-eviction-controller',
      for: pod,
      predicate: (next, old) => {
        if (!next) due.delete(old!.metadata.uid!);
        // Only a node has taints to bear.
        return Boolean(next?.spec.nodeName) && concerns(next, old);
      },
      watches: [
        watch(node, (next, old, cache) => {
          if (!next || equal(evicting(next), old ? evicting(old) : [])) return [];
          return podsOnNode(cache, next.metadata.name!).map((p) => `${p.metadata.namespace}/${p.metadata.name}`);
        }),
      ],
      setup: indexPodsByNode,

      async reconcile(p, context) {
        const { cache, clock } = context;
        const { uid = '', deletionTimestamp } = p.metadata;
        const home = p.spec.nodeName ? cache.get(node, undefined, p.spec.nodeName) : undefined;
        const patienceMs = home ? patience(evicting(home), p.spec.tolerations ?? []) : Infinity;
        if (deletionTimestamp) {
          due.delete(uid);
          return {};
        }
        if (patienceMs === Infinity || patienceMs === 0) {
          if (due.delete(uid)) tell(p, context, 'Cancelling deletion of Pod');
          if (patienceMs === Infinity) return {};
        } else {
          const at = due.get(uid) ?? clock.monotonic() + patienceMs;
          due.set(uid, at);
          const left = at - clock.monotonic();
          if (left > 0) return { requeueAfterMs: left };
        }
        tell(p, context, 'Marking for deletion Pod');
        const fresh = await latest(p, context);
        if (!fresh) return {};
        const why = { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' };
        await disrupt(context.client, fresh, why, { now: clock.now(), signal: context.signal });
        return {};
      },
    }).run(deps, signal);
  },
};

const concerns = changes<Pod>((p) => [p.spec.nodeName, p.spec.tolerations, p.metadata.deletionTimestamp]);

const evicting = ({ spec }: Node) => (spec.taints ?? []).filter((t) => t.effect === 'NoExecute');

/** How long a pod of these tolerations stays on a node of these taints, in milliseconds. */
export function patience(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  if (taints.length === 0) return Infinity;
  const used = taints.map((taint) => tolerations.find((t) => tolerates(t, taint)));
  if (used.includes(undefined)) return 0;
  const seconds = used.flatMap((t) => t?.tolerationSeconds ?? []);
  return seconds.length ? Math.max(0, Math.min(...seconds)) * 1000 : Infinity;
}

function tolerates(t: Toleration, taint: Taint): boolean {
  if (t.effect && t.effect !== taint.effect) return false;
  if (t.key && t.key !== taint.key) return false;
  switch (t.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return Boolean(t.key) && (t.value ?? '') === (taint.value ?? '');
    default:
      return false;
  }
}

/** A taint may be heard of before what the pod's status had become by then, and that is to be kept as it stands. */
async function latest(p: Pod, { client, signal }: ReconcileContext): Promise<Pod | undefined> {
  try {
    const fresh = await client.get(pod, p, { signal });
    return fresh.metadata.uid === p.metadata.uid ? fresh : undefined;
  } catch (err) {
    if (isNotFound(err)) return undefined;
    throw err;
  }
}

function tell(p: Pod, { events }: ReconcileContext, what: string): void {
  const message = `${what} ${p.metadata.namespace}/${p.metadata.name}`;
  events.event({ kind: pod, object: p }, 'Normal', 'TaintManagerEviction', message);
}
