import { deployment, type Deployment, type ReplicaSet } from '@tiphys/sdk/api';
import type { ReconcileContext } from '@tiphys/sdk/operator';
import { annotationNumber, annotationsOfRollback, revisionOf, rollbackAnnotation } from './annotations.ts';
import type { Rollout } from './rollout.ts';
import { allSets } from './status.ts';
import { sameTemplate, withoutHashLabel } from './template.ts';

/** The revision that somebody asks to have back by annotation, as clients of the first versions did; 0 is the one before. */
export const wantedRevision = (d: Deployment): number | undefined => annotationNumber(d, rollbackAnnotation);

/** Gives the Deployment the template of an earlier revision, and takes the wish away in any case. */
export async function rollBack(
  rollout: Rollout,
  wanted: number,
  { client, events, signal }: ReconcileContext,
): Promise<void> {
  await rollout.ensureNewSet();
  const d = rollout.deployment;
  const sets = allSets(rollout);
  const revision = wanted || lastRevision(sets);
  const set = revision ? sets.find((rs) => revisionOf(rs) === revision) : undefined;
  const subject = { kind: deployment, object: d };
  const { [rollbackAnnotation]: _wish, ...annotations } = d.metadata.annotations ?? {};
  if (!set) {
    const message = revision ? 'Unable to find the revision to rollback to.' : 'Unable to find last revision.';
    events.event(subject, 'Warning', 'DeploymentRollbackRevisionNotFound', message);
  } else if (sameTemplate(d.spec.template, set.spec.template)) {
    const message = `The rollback revision contains the same template as current deployment "${d.metadata.name}"`;
    events.event(subject, 'Warning', 'DeploymentRollbackTemplateUnchanged', message);
  } else {
    const template = withoutHashLabel(set.spec.template);
    const metadata = { ...d.metadata, annotations: annotationsOfRollback(annotations, set) };
    await client.update(deployment, { ...d, metadata, spec: { ...d.spec, template } }, { signal });
    const message = `Rolled back deployment "${d.metadata.name}" to revision ${revision}`;
    events.event(subject, 'Normal', 'DeploymentRollback', message);
    return;
  }
  await client.update(deployment, { ...d, metadata: { ...d.metadata, annotations } }, { signal });
}

/** The second greatest; 0 when there is none. */
const lastRevision = (sets: readonly ReplicaSet[]): number => sets.map(revisionOf).toSorted((a, b) => b - a)[1] ?? 0;
