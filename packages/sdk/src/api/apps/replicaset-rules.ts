import { field, type FieldError, immutable, nonNegative } from '../../machinery/index.ts';
import type { ReplicaSet } from './replicaset.ts';
import type { RuleGates } from '../../schema/index.ts';
import { validateSelectorAndTemplate } from './selector-rules.ts';
import { validateCounts } from './status-rules.ts';

const at = field('spec');

export function* validateReplicaSet(
  { spec }: ReplicaSet,
  old?: ReplicaSet,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  yield* nonNegative(spec.replicas, at.child('replicas'));
  yield* nonNegative(spec.minReadySeconds, at.child('minReadySeconds'));
  yield* validateSelectorAndTemplate(spec, at, { old: old?.spec, gates });
  if (old) yield* immutable(spec.selector, old.spec.selector, at.child('selector'));
}

export const validateReplicaSetStatus = ({ status }: ReplicaSet): Iterable<FieldError> =>
  validateCounts(
    status,
    [
      'replicas',
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
      'observedGeneration',
      'terminatingReplicas',
    ],
    ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
  );
