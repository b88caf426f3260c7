import { errorsOf, field, type FieldError, nonNegative, required } from '../../machinery/index.ts';
import type { RuleGates } from '../../schema/index.ts';
import { validateCounts } from '../apps/status-rules.ts';
import { validateLastingTemplate } from './pod/validation/template.ts';
import type { ReplicationController } from './replicationcontroller.ts';

const at = field('spec');

export function* validateReplicationController(
  { spec }: ReplicationController,
  old?: ReplicationController,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  yield* nonNegative(spec.minReadySeconds, at.child('minReadySeconds'));
  const none = !Object.keys(spec.selector ?? {}).length;
  if (none) yield required(at.child('selector'));
  yield* nonNegative(spec.replicas, at.child('replicas'));
  if (!spec.template) return yield required(at.child('template'));
  yield* errorsOf(validateLastingTemplate, spec.template, at.child('template'), {
    // None asks nothing of the template.
    selector: none ? {} : { matchLabels: spec.selector! },
    kind: 'ReplicationController',
    old: old?.spec.template,
    gates,
  });
}

export const validateReplicationControllerStatus = ({ status }: ReplicationController): Iterable<FieldError> =>
  validateCounts(
    status,
    ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
    ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
  );
