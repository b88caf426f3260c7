import { field, type FieldError, invalid, nonNegative, notSupported } from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { validateConditions } from '../meta/condition-rules.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import { notMoreThanAll, validateShare } from '../meta/share-rules.ts';
import type { PodDisruptionBudget } from './poddisruptionbudget.ts';
import { podDisruptionBudgetSpec } from './poddisruptionbudget-spec.ts';

const at = field('spec');
const policies = ['AlwaysAllow', 'IfHealthyBudget'];

export function* validatePodDisruptionBudget(
  { spec }: PodDisruptionBudget,
  old?: PodDisruptionBudget,
): Iterable<FieldError> {
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    yield invalid(
      at,
      internalValue(podDisruptionBudgetSpec, spec),
      'minAvailable and maxUnavailable cannot be both set',
    );
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const share = spec[name];
    if (share === undefined) continue;
    yield* validateShare(share, at.child(name));
    yield* notMoreThanAll(share, at.child(name));
  }
  // A selector that is bad in any way has let bad values through before.
  const allowInvalidValues = old?.spec.selector !== undefined && !isUsableSelector(old.spec.selector);
  yield* validateLabelSelector(spec.selector, at.child('selector'), { allowInvalidValues });
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    yield notSupported(at.child('unhealthyPodEvictionPolicy'), policy, policies);
  }
}

export function* validatePodDisruptionBudgetStatus({ status }: PodDisruptionBudget): Iterable<FieldError> {
  const here = field('status');
  yield* validateConditions(status.conditions, here.child('conditions'));
  for (const name of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) {
    yield* nonNegative(status[name], here.child(name));
  }
}
