import { lease, node, type Node, pod, type Pod } from '@tiphys/sdk/api';
import { equal, isConflict, isNotFound, timestamp } from '@tiphys/sdk/machinery';
import { type Controller, defineController, type ReconcileContext, watch } from '@tiphys/sdk/operator';
import { readyCondition } from '../pod-state.ts';
import { indexPodsByNode, podsOnNode } from '../pods-by-node.ts';
import { graceOf, HealthBook, unknownConditions } from './health.ts';
import { executeTaints, readyOf, scheduleTaints, withoutExecuteTaints } from './taints.ts';
import { EvictionLimiter } from './zones.ts';

/** How often upstream looks whether things are as they were. */
const monitorMs = 5000;
const leaseNamespace = 'kube-node-lease';

/** Notices nodes that fall silent, and says by taints what a node's condition means for pods. */
export const nodeLifecycleController: Controller = {
  name: 'node-lifecycle',
  run: (deps, signal) => {
    const { clock } = deps;
    const book = new HealthBook();
    const limiter = new EvictionLimiter();
    return defineController({
      name: 'node-lifecycle',
      component: 'node-controller',
      for: node,
      watches: [
        watch(lease, (next) => {
          if (next?.metadata.namespace === leaseNamespace) book.lease(next, clock.monotonic());
          return [];
        }),
      ],
      setup: indexPodsByNode,

      async reconcile(seen, context) {
        const { heard, isNew } = book.node(seen, clock.monotonic());
        if (isNew) tell(seen, context, 'RegisteredNode', `Registered Node ${seen.metadata.name} in Controller`);
        const silentMs = clock.monotonic() - heard.at;
        const silent = silentMs >= graceOf(seen);
        const current = silent ? await markUnknown(seen, context) : seen;
        // A node that says itself that it isn't ready says so of its pods, too.
        if (current !== seen && readyOf(seen)?.status === 'True') {
          const message = `Node ${seen.metadata.name} status is now: NodeNotReady`;
          context.events.event({ kind: node, object: seen }, 'Normal', 'NodeNotReady', message);
          heard.lost = true;
        }
        if (heard.lost && readyOf(current)?.status !== 'True') await markPodsNotReady(current, context);
        heard.lost = false;

        const labelled = await syncLabels(current, context);
        const tainted = await setTaints(labelled, scheduleTaints(labelled, clock.now()), context);
        const waitMs = await syncExecuteTaints(tainted, limiter, context);
        const nextLook = [waitMs, silent ? undefined : graceOf(seen) - silentMs].filter((ms) => ms !== undefined);
        return nextLook.length ? { requeueAfterMs: Math.min(...nextLook) } : {};
      },

      gone(context) {
        const uid = book.forget(context.key);
        const metadata = { name: context.key, ...(uid && { uid }) };
        const message = `Node ${context.key} event: Removing Node ${context.key} from Controller`;
        context.events.event({ kind: node, object: { metadata } }, 'Normal', 'RemovingNode', message);
        return Promise.resolve();
      },
    }).run(deps, signal);
  },
};

function tell(n: Node, { events }: ReconcileContext, reason: string, what: string): void {
  events.event({ kind: node, object: n }, 'Normal', reason, `Node ${n.metadata.name} event: ${what}`);
}

/** A node that is unknown already stays as it is. */
async function markUnknown(n: Node, { client, clock, signal }: ReconcileContext): Promise<Node> {
  if (readyOf(n)?.status === 'Unknown') return n;
  const conditions = unknownConditions(n.status.conditions ?? [], n.metadata.creationTimestamp ?? '', clock.now());
  return client.updateStatus(node, n, { ...n.status, conditions }, { signal });
}

/** Traffic must not go to pods of which nobody hears any more. */
async function markPodsNotReady(n: Node, context: ReconcileContext): Promise<void> {
  for (const p of podsOnNode(context.cache, n.metadata.name!)) await markNotReady(p, context);
}

async function markNotReady(p: Pod, { client, clock, events, signal }: ReconcileContext): Promise<void> {
  const ready = readyCondition(p);
  if (!ready || ready.status === 'False') return;
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: timestamp(clock.now()) }];
  const patch = { metadata: { uid: p.metadata.uid }, status: { conditions } };
  try {
    await client.patch(pod, p, { type: 'strategic', patch }, { subresource: 'status', signal });
  } catch (err) {
    if (isNotFound(err) || isConflict(err)) return;
    throw err;
  }
  events.event({ kind: pod, object: p }, 'Warning', 'NodeNotReady', 'Node is not ready');
}

/** What a node's labels were called before; some selectors still use the old names. */
const formerLabels = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

async function syncLabels(n: Node, { client, signal }: ReconcileContext): Promise<Node> {
  const labels = n.metadata.labels ?? {};
  const changed = formerLabels.filter(([now, before]) => labels[now] !== undefined && labels[before] !== labels[now]);
  if (changed.length === 0) return n;
  const patch = { metadata: { labels: Object.fromEntries(changed.map(([now, before]) => [before, labels[now]])) } };
  return client.patch(node, n, { type: 'merge', patch }, { signal });
}

async function setTaints(n: Node, taints: Node['spec']['taints'], { client, signal }: ReconcileContext): Promise<Node> {
  if (equal(taints, n.spec.taints ?? [])) return n;
  const { resourceVersion, uid } = n.metadata;
  const patch = { metadata: { resourceVersion, uid }, spec: { taints: taints?.length ? taints : null } };
  return client.patch(node, n, { type: 'merge', patch }, { signal });
}

/**
 * Adding one waits for its turn in the zone; taking one away or changing it for the other never waits. When the last zone goes
 * down nobody is given up any more, nor those that had been: it's rather we who hear nothing.
 */
async function syncExecuteTaints(
  n: Node,
  limiter: EvictionLimiter,
  context: ReconcileContext,
): Promise<number | undefined> {
  const { cache, clock } = context;
  const wanted = executeTaints(n, clock.now());
  if (wanted.length <= (n.spec.taints ?? []).length) {
    await setTaints(n, wanted, context);
    return undefined;
  }
  const nodes = cache.list(node).map((other) => (other.metadata.name === n.metadata.name ? n : other));
  if (limiter.goesDown(nodes)) {
    for (const other of nodes) await setTaints(other, withoutExecuteTaints(other), context);
  }
  const waitMs = limiter.waitMs(n, nodes, clock.monotonic());
  if (waitMs !== 0) return waitMs ?? monitorMs;
  await setTaints(n, wanted, context);
  return undefined;
}
