import {
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  invalid,
  nonNegative,
  notSupported,
  type Path,
  required,
} from '../../machinery/index.ts';
import { internalValue, type RuleGates } from '../../schema/index.ts';
import { amountOf, notMoreThanAll, validateShare } from '../meta/share-rules.ts';
import type { Deployment } from './deployment.ts';
import { type DeploymentStrategy, deploymentStrategy, type RollingUpdateDeployment } from './deployment-strategy.ts';
import { rollbackToRules } from './rollback-to.ts';
import { validateSelectorAndTemplate } from './selector-rules.ts';
import { validateCollisions, validateCounts } from './status-rules.ts';

const at = field('spec');

export function* validateDeployment(
  next: Deployment,
  old?: Deployment,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  const { spec } = next;
  yield* nonNegative(spec.replicas, at.child('replicas'));
  yield* validateSelectorAndTemplate(spec, at, { old: old?.spec, gates });
  yield* validateStrategy(spec.strategy, at.child('strategy'));
  yield* nonNegative(spec.minReadySeconds, at.child('minReadySeconds'));
  yield* nonNegative(spec.revisionHistoryLimit, at.child('revisionHistoryLimit'));
  yield* rollbackToRules(next);
  const deadline = spec.progressDeadlineSeconds;
  yield* nonNegative(deadline, at.child('progressDeadlineSeconds'));
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    yield invalid(at.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds');
  }
  if (old) yield* immutable(spec.selector, old.spec.selector, at.child('selector'));
}

function* validateStrategy(strategy: DeploymentStrategy, here: Path): Iterable<FieldError> {
  const { type, rollingUpdate } = strategy;
  const where = here.child('rollingUpdate');
  if (type === 'Recreate') {
    if (rollingUpdate) yield forbiddenAt(where, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== 'RollingUpdate') {
    yield notSupported(here, internalValue(deploymentStrategy, strategy), ['Recreate', 'RollingUpdate']);
  } else if (!rollingUpdate) yield required(where, 'this should be defaulted and never be nil');
  else yield* validateRollingUpdate(rollingUpdate, where);
}

function* validateRollingUpdate(
  { maxUnavailable, maxSurge }: RollingUpdateDeployment,
  here: Path,
): Iterable<FieldError> {
  yield* validateShare(maxUnavailable, here.child('maxUnavailable'));
  yield* validateShare(maxSurge, here.child('maxSurge'));
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    yield invalid(here.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0');
  }
  yield* notMoreThanAll(maxUnavailable, here.child('maxUnavailable'));
}

export function* validateDeploymentStatus({ status }: Deployment, old: Deployment): Iterable<FieldError> {
  yield* validateCounts(
    status,
    [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'terminatingReplicas',
      'collisionCount',
    ],
    ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
  );
  yield* validateCollisions(status.collisionCount, old.status.collisionCount);
}
