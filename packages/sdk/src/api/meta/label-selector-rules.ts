import {
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  isRefused,
  labelValueProblems,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
  typedString,
} from '../../machinery/index.ts';
import { validateLabels } from '../../schema/index.ts';
import type { LabelSelector, LabelSelectorRequirement } from './label-selector.ts';

export interface LabelSelectorRules {
  /** Values that are no label values pass, as they did when the stored object was written. */
  readonly allowInvalidValues?: boolean;
}

export function* validateLabelSelector(
  selector: LabelSelector | null | undefined,
  at: Path,
  rules: LabelSelectorRules = {},
): Iterable<FieldError> {
  if (!selector) return;
  yield* validateLabels(selector.matchLabels, at.child('matchLabels'));
  for (const [i, requirement] of (selector.matchExpressions ?? []).entries()) {
    yield* validateRequirement(requirement, at.child('matchExpressions').index(i), rules);
  }
}

function* validateRequirement(
  { key, operator, values = [] }: LabelSelectorRequirement,
  at: Path,
  { allowInvalidValues = false }: LabelSelectorRules,
): Iterable<FieldError> {
  if (operator === 'In' || operator === 'NotIn') {
    if (!values.length) yield required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length) {
      yield forbiddenAt(at.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else yield invalid(at.child('operator'), typedString(operator), 'not a valid selector operator');
  yield* validateLabelKey(key, at.child('key'));
  if (allowInvalidValues) return;
  for (const [i, value] of values.entries()) {
    yield* problemsAt(labelValueProblems(value), value, at.child('values').index(i));
  }
}

export const validateLabelKey = (key: string, at: Path): Iterable<FieldError> =>
  problemsAt(qualifiedNameProblems(key), key, at);

/** Whether it can be asked with at all. */
export const isUsableSelector = (selector: LabelSelector): boolean =>
  !isRefused(validateLabelSelector(selector, field('')));
