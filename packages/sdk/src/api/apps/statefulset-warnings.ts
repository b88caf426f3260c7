import { field } from '../../machinery/index.ts';
import { templateWarnings } from '../core/pod/warnings/pod-warnings.ts';
import { claimWarnings } from '../core/pod/warnings/volumes.ts';
import type { StatefulSet } from './statefulset.ts';

export function* statefulSetWarnings({ metadata, spec }: StatefulSet, old?: StatefulSet): Iterable<string> {
  const at = field('spec');
  if (metadata.generation !== old?.metadata.generation) yield* templateWarnings(spec.template, at.child('template'));
  for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    // Upstream tells the place of a claim in two ways.
    const here = at.child('volumeClaimTemplates').index(i);
    yield* claimWarnings(claim.spec, old ? here.child('Spec') : here);
  }
  if (spec.revisionHistoryLimit < 0) {
    yield 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';
  }
}
