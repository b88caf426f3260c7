import {
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  labelValueProblems,
  notSupported,
  type Path,
  typedString,
} from '../../../../machinery/index.ts';
import { validateLabelKey } from '../../../meta/label-selector-rules.ts';
import type { Toleration } from '../../taint.ts';
import type { PodRules } from './rules.ts';

export function validateTolerations(
  errors: FieldError[],
  tolerations: readonly Toleration[],
  at: Path,
  rules: PodRules,
): void {
  for (const [i, { key, operator = '', value = '', effect, tolerationSeconds }] of tolerations.entries()) {
    const here = at.index(i);
    if (key) errors.push(...validateLabelKey(key, here.child('key')));
    else if (operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(here.child('operator'), operator, why));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(
        invalid(
          here.child('effect'),
          typedString(effect ?? ''),
          "effect must be 'NoExecute' when `tolerationSeconds` is set",
        ),
      );
    }
    const problem = operatorProblem({ operator, value }, here, rules);
    if (problem) errors.push(problem);
    else if (operator === 'Lt' || operator === 'Gt') numberRules(errors, value, here.child('value'));
    if (effect && !effects.includes(effect)) errors.push(notSupported(here.child('effect'), effect, effects));
  }
}

const effects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function operatorProblem(
  { operator, value }: { operator: string; value: string },
  at: Path,
  rules: PodRules,
): FieldError | undefined {
  switch (operator) {
    case '':
    case 'Equal': {
      const problems = labelValueProblems(value);
      return problems.length ? invalid(at.child('operator'), value, problems.join(';')) : undefined;
    }
    case 'Exists':
      if (!value) return undefined;
      return invalid(at.child('operator'), value, "value must be empty when `operator` is 'Exists'");
    case 'Lt':
    case 'Gt':
      if (rules.allowComparisonTolerations) return undefined;
      return notSupported(at.child('operator'), operator, ['Equal', 'Exists', 'Lt', 'Gt']);
    default:
      return notSupported(at.child('operator'), operator, ['Equal', 'Exists']);
  }
}

/** Taints that are numbers are compared with one. */
function numberRules(errors: FieldError[], value: string, at: Path): void {
  if (!value) errors.push(invalid(at, value, 'must be non-empty'));
  else if (!/^(0|-?[1-9]\d*)$/.test(value)) errors.push(invalid(at, value, notANumber));
  const problem = int64Problem(value);
  if (problem) errors.push(invalid(at, value, `strconv.ParseInt: parsing ${JSON.stringify(value)}: ${problem}`));
}

const notANumber = 'must be a valid decimal integer in canonical form';

function int64Problem(value: string): string | undefined {
  if (!/^[+-]?\d+$/.test(value)) return 'invalid syntax';
  const n = BigInt(value.replace('+', ''));
  return n === BigInt.asIntN(64, n) ? undefined : 'value out of range';
}

type Tolerations = readonly Toleration[] | undefined;

/** On update tolerations may be added, and how long an old one holds may change. */
export function validateTolerationsAdded(
  errors: FieldError[],
  { next = [], old = [] }: { next: Tolerations; old: Tolerations },
  at: Path,
  rules: PodRules,
): void {
  const timeless = (t: Toleration) => ({ ...t, tolerationSeconds: undefined });
  for (const before of old) {
    if (next.some((t) => equal(timeless(t), timeless(before)))) continue;
    errors.push(forbiddenAt(at, 'existing toleration can not be modified except its tolerationSeconds'));
    return;
  }
  validateTolerations(errors, next, at, rules);
}
