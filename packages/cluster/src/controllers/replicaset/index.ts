import { pod, type Pod, type PodManifest, replicaSet, type ReplicaSet } from '@tiphys/sdk/api';
import { equal, isNamespaceTerminating, isNotFound, labelSelectorOf } from '@tiphys/sdk/machinery';
import {
  controllerOf,
  controllerReference,
  defineController,
  type ReconcileContext,
  slowStart,
  watch,
} from '@tiphys/sdk/operator';
import { messageOf } from '@tiphys/sdk/runtime';
import { claim } from '../claim.ts';
import { adoptersOf, indexOrphans, orphans } from '../orphans.ts';
import { isActive, isTerminating } from '../pod-state.ts';
import { type Failure, nextAvailableInMs, statusOf } from './status.ts';
import { victims } from './victims.ts';

/** Upstream's bound on what one look at a set makes or removes; the rest comes with the next. */
const burst = 500;

/** Keeps as many pods of the template as a ReplicaSet says. */
export const replicaSetController = defineController({
  name: 'replicaset',
  for: replicaSet,
  owns: [pod],
  watches: [watch(pod, (next, _old, cache) => adoptersOf(cache, replicaSet, next))],
  // A look at a set is a look at all of its pods. Upstream's manager, with 20 requests a second, is no sooner back.
  batchMs: 50,
  setup: (cache) => {
    indexOrphans(cache, pod);
    cache.informer(replicaSet).addIndex('application', (rs) => [applicationOf(rs)]);
  },

  async reconcile(rs, context) {
    const { client, cache, clock, signal } = context;
    const owned = cache.ownedBy(pod, rs);
    const candidates = [...owned, ...orphans(cache, pod, rs.metadata.namespace!)].filter(isActive);
    const selector = labelSelectorOf(rs.spec.selector);
    const pods = await claim(candidates, { client, ownerKind: replicaSet, owner: rs, kind: pod, selector, signal });

    const problem = rs.metadata.deletionTimestamp ? undefined : await scale(rs, pods, context);
    const now = clock.now();
    const terminating = owned.filter(isTerminating).length;
    const status = statusOf(rs, { pods, terminating, failure: problem?.failure, now });
    if (!equal(status, rs.status)) await client.updateStatus(replicaSet, rs, status, { signal });
    if (problem) throw problem.error;

    const requeueAfterMs = nextAvailableInMs(rs, pods, now);
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  },
});

interface Problem {
  readonly failure: Failure;
  readonly error: unknown;
}

async function scale(rs: ReplicaSet, pods: readonly Pod[], context: ReconcileContext): Promise<Problem | undefined> {
  const missing = rs.spec.replicas - pods.length;
  const failed = (reason: Failure['reason']) => (error: unknown) => {
    if (isNamespaceTerminating(error)) return undefined; // nothing can be made there any more, and soon nothing is
    return { failure: { reason, message: messageOf(error) }, error };
  };
  if (missing > 0) {
    return slowStart(Math.min(missing, burst), () => makePod(rs, context)).then(
      () => undefined,
      failed('FailedCreate'),
    );
  }
  if (missing === 0) return undefined;
  const related = -missing >= pods.length ? [] : relatedPods(rs, context);
  const doomed = victims(pods, related, Math.min(-missing, burst), context.clock.now());
  return Promise.all(doomed.map((p) => removePod(rs, p, context))).then(() => undefined, failed('FailedDelete'));
}

async function makePod(rs: ReplicaSet, { client, events, signal }: ReconcileContext): Promise<void> {
  const subject = { kind: replicaSet, object: rs };
  try {
    const made = await client.create(pod, podFor(rs), { signal });
    events.event(subject, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
  } catch (err) {
    if (!isNamespaceTerminating(err)) {
      events.event(subject, 'Warning', 'FailedCreate', `Error creating: ${messageOf(err)}`);
    }
    throw err;
  }
}

async function removePod(rs: ReplicaSet, p: Pod, { client, events, signal }: ReconcileContext): Promise<void> {
  const subject = { kind: replicaSet, object: rs };
  try {
    await client.delete(pod, p, { signal });
    events.event(subject, 'Normal', 'SuccessfulDelete', `Deleted pod: ${p.metadata.name}`);
  } catch (err) {
    if (isNotFound(err)) return;
    events.event(subject, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(err)}`);
    throw err;
  }
}

/** The pod that the set's template describes. */
function podFor(rs: ReplicaSet): PodManifest {
  const { labels, annotations, finalizers } = rs.spec.template.metadata;
  return {
    metadata: {
      generateName: `${rs.metadata.name}-`,
      namespace: rs.metadata.namespace!,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerReference(replicaSet, rs)],
    },
    spec: rs.spec.template.spec,
  };
}

/** The pods of every set that has the same controller: a rollout's old and new pods share nodes. */
function relatedPods(rs: ReplicaSet, { cache }: ReconcileContext): Pod[] {
  return cache
    .by(replicaSet, 'application', applicationOf(rs))
    .flatMap((other) => cache.ownedBy(pod, other))
    .filter(isActive);
}

const applicationOf = (rs: ReplicaSet) => controllerOf(rs)?.uid ?? rs.metadata.uid!;
