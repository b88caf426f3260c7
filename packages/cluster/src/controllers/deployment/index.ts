import { deployment, type Deployment, pod, replicaSet, type ReplicaSet } from '@tiphys/sdk/api';
import type { CacheView } from '@tiphys/sdk/cache';
import { labelSelectorOf } from '@tiphys/sdk/machinery';
import {
  controllerOf,
  defineController,
  type ReconcileContext,
  type ReconcileResult,
  watch,
} from '@tiphys/sdk/operator';
import { claim } from '../claim.ts';
import { adoptersOf, indexOrphans, orphans } from '../orphans.ts';
import { isFinished } from '../pod-state.ts';
import { annotationNumber, desiredAnnotation } from './annotations.ts';
import {
  activeOrLatest,
  actualReplicas,
  isSaturated,
  newSetReplicas,
  proportional,
  type Resize,
  shrinkOld,
} from './replicas.ts';
import { rollBack, wantedRevision } from './rollback.ts';
import { Rollout } from './rollout.ts';
import {
  allSets,
  conditionOf,
  countedStatus,
  hasDeadline,
  isComplete,
  rolloutStatus,
  stuckCheckInMs,
} from './status.ts';

/** Replaces a Deployment's pods by those of its template, set by set. */
export const deploymentController = defineController({
  name: 'deployment',
  for: deployment,
  owns: [replicaSet],
  watches: [
    watch(replicaSet, (next, _old, cache) => adoptersOf(cache, deployment, next)),
    // Recreate waits for the end of the last old pod, which no set tells.
    watch(pod, (next, old, cache) => (next || !old ? [] : deploymentOf(controllerOf(old)?.uid, cache))),
  ],
  setup: (cache) => indexOrphans(cache, replicaSet),

  async reconcile(d, context) {
    const { client, cache, clock, events, signal } = context;
    const selector = labelSelectorOf(d.spec.selector);
    if (selector.empty) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      events.event({ kind: deployment, object: d }, 'Warning', 'SelectingAll', message);
      const observedGeneration = d.metadata.generation ?? 0;
      if ((d.status.observedGeneration ?? 0) < observedGeneration) {
        await client.updateStatus(deployment, d, { ...d.status, observedGeneration }, { signal });
      }
      return {};
    }
    const candidates = [...cache.ownedBy(replicaSet, d), ...orphans(cache, replicaSet, d.metadata.namespace!)];
    const sets = await claim(candidates, {
      client,
      ownerKind: deployment,
      owner: d,
      kind: replicaSet,
      selector,
      signal,
    });
    const rollout = new Rollout(d, sets, context);
    if (d.metadata.deletionTimestamp) {
      await rollout.writeStatus(countedStatus(d, rollout, clock.now()));
      return {};
    }
    await tellPause(rollout);
    const revision = wantedRevision(d);
    if (!d.spec.paused && revision !== undefined) {
      await rollBack(rollout, revision, context);
      return {};
    }
    if (d.spec.paused || wasScaled(d, sets)) return scaleOnly(rollout, context);
    if (d.spec.strategy.type === 'Recreate') await recreate(rollout, context);
    else await rollingUpdate(rollout);
    return finish(rollout, context);
  },
});

/** Of the Deployment that controls the set of this uid, the key. */
function deploymentOf(setUid: string | undefined, cache: CacheView): string[] {
  const set = setUid ? cache.informer(replicaSet).byUid(setUid) : undefined;
  const owner = set && controllerOf(set);
  return owner?.kind === deployment.kind ? [`${set!.metadata.namespace}/${owner.name}`] : [];
}

async function tellPause(rollout: Rollout): Promise<void> {
  const d = rollout.deployment;
  if (!hasDeadline(d)) return;
  const current = conditionOf(d.status, 'Progressing')?.reason;
  if (current === 'ProgressDeadlineExceeded') return;
  const progress = { type: 'Progressing', status: 'Unknown' };
  if (d.spec.paused && current !== 'DeploymentPaused') {
    await rollout.setCondition({ ...progress, reason: 'DeploymentPaused', message: 'Deployment is paused' });
  } else if (!d.spec.paused && current === 'DeploymentPaused') {
    await rollout.setCondition({ ...progress, reason: 'DeploymentResumed', message: 'Deployment is resumed' });
  }
}

/** The sets were sized for another whole than the Deployment now wants. */
function wasScaled(d: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((rs) => {
    const desired = annotationNumber(rs, desiredAnnotation);
    return rs.spec.replicas > 0 && desired !== undefined && desired !== d.spec.replicas;
  });
}

async function scaleOnly(rollout: Rollout, { clock }: ReconcileContext): Promise<ReconcileResult> {
  await rollout.syncRevision();
  await rollout.resize(sizesForScale(rollout));
  const { deployment: d } = rollout;
  if (d.spec.paused && wantedRevision(d) === undefined) await rollout.cleanUp();
  await rollout.writeStatus(countedStatus(rollout.deployment, rollout, clock.now()));
  return {};
}

function sizesForScale(rollout: Rollout): Resize[] {
  const { deployment: d, newSet, oldSets } = rollout;
  const only = activeOrLatest(newSet, oldSets);
  if (only) return only.spec.replicas === d.spec.replicas ? [] : [{ set: only, replicas: d.spec.replicas }];
  if (isSaturated(d, newSet)) return active(oldSets).map((set) => ({ set, replicas: 0 }));
  return d.spec.strategy.type === 'RollingUpdate' ? proportional(d, allSets(rollout)) : [];
}

async function rollingUpdate(rollout: Rollout): Promise<void> {
  await rollout.ensureNewSet();
  const { deployment: d, oldSets } = rollout;
  const newSet = rollout.newSet!;
  const { replicas } = newSet.spec;
  const wanted = replicas > d.spec.replicas ? d.spec.replicas : newSetReplicas(d, allSets(rollout), replicas);
  if (replicas !== wanted && (await rollout.resize([{ set: newSet, replicas: wanted }]))) return;
  if (await rollout.resize(shrinkOld(d, newSet, oldSets))) return;
  if (isComplete(d, d.status)) await rollout.cleanUp();
}

async function recreate(rollout: Rollout, { cache }: ReconcileContext): Promise<void> {
  await rollout.syncRevision();
  const { newSet, oldSets } = rollout;
  if (await rollout.resize(active(oldSets).map((set) => ({ set, replicas: 0 })))) return;
  const others = allSets(rollout).filter((rs) => rs !== newSet);
  const running = others.some((rs) => cache.ownedBy(pod, rs).some((p) => !isFinished(p)));
  if (actualReplicas(oldSets) > 0 || running) return;
  await rollout.ensureNewSet();
  const { deployment: d } = rollout;
  const set = rollout.newSet!;
  // A size that is right already is left alone, whatever the set's annotations say.
  if (set.spec.replicas !== d.spec.replicas) await rollout.resize([{ set, replicas: d.spec.replicas }]);
  if (isComplete(d, d.status)) await rollout.cleanUp();
}

async function finish(rollout: Rollout, { clock }: ReconcileContext): Promise<ReconcileResult> {
  const status = rolloutStatus(rollout.deployment, rollout, clock.now());
  await rollout.writeStatus(status);
  const requeueAfterMs = stuckCheckInMs(rollout.deployment, status, clock.now());
  return requeueAfterMs === undefined ? {} : { requeueAfterMs };
}

const active = (sets: readonly ReplicaSet[]) => sets.filter((rs) => rs.spec.replicas > 0);
