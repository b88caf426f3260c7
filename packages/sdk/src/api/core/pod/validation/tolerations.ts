import {
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  labelValueProblems,
  notSupported,
  type Path,
} from '../../../../machinery/index.ts';
import { validateLabelKey } from '../../../meta/label-selector-rules.ts';
import type { Toleration } from '../../taint.ts';
import type { PodRules } from './rules.ts';

type Tolerations = readonly Toleration[] | undefined;

export function* validateTolerations(tolerations: Tolerations, at: Path, rules: PodRules): Iterable<FieldError> {
  for (const [i, { key, operator, value, effect, tolerationSeconds }] of (tolerations ?? []).entries()) {
    const here = at.index(i);
    if (key) yield* validateLabelKey(key, here.child('key'));
    else if (operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      yield invalid(here.child('operator'), operator ?? '', why);
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      yield invalid(here.child('effect'), effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    yield* validateOperator({ operator: operator ?? '', value: value ?? '' }, here, rules);
    if (effect && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect)) {
      yield notSupported(here.child('effect'), effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
    }
  }
}

function* validateOperator(
  { operator, value }: { operator: string; value: string },
  at: Path,
  rules: PodRules,
): Iterable<FieldError> {
  const here = at.child('operator');
  switch (operator) {
    case '':
    case 'Equal': {
      const problems = labelValueProblems(value);
      if (problems.length) yield invalid(here, value, problems.join(';'));
      return;
    }
    case 'Exists':
      if (value) yield invalid(here, value, "value must be empty when `operator` is 'Exists'");
      return;
    case 'Lt':
    case 'Gt':
      if (!rules.allowComparisonTolerations) yield notSupported(here, operator, ['Equal', 'Exists', 'Lt', 'Gt']);
      return;
    default:
      yield notSupported(here, operator, ['Equal', 'Exists']);
  }
}

/** On update tolerations may be added, and how long an old one holds may change. */
export function* validateTolerationsAdded(
  { next, old }: { next: Tolerations; old: Tolerations },
  at: Path,
  rules: PodRules,
): Iterable<FieldError> {
  const timeless = (t: Toleration) => ({ ...t, tolerationSeconds: undefined });
  for (const before of old ?? []) {
    if (next?.some((t) => equal(timeless(t), timeless(before)))) continue;
    yield forbiddenAt(at, 'existing toleration can not be modified except its tolerationSeconds');
    return;
  }
  yield* validateTolerations(next, at, rules);
}
