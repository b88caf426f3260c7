import {
  sumOfQuantities,
  compareQuantity,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  required,
  unitValue,
} from '../../../machinery/index.ts';
import type { CapacityRequestPolicy, CapacityRequestPolicyRange } from '../device.ts';
import { listRules } from './names.ts';

const mostValues = 10;

/** How much of a capacity may be asked for at once: certain amounts, or a range of them. */
export function* requestPolicyRules(policy: CapacityRequestPolicy, capacity: string, at: Path): Iterable<FieldError> {
  const { default: standard, validValues = [], validRange } = policy;
  if (validValues.length && validRange) {
    const why = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    yield forbiddenAt(at, why);
    return;
  }
  const form = validValues.length ? 'validValues' : 'validRange';
  if (!validValues.length && !validRange) return;
  if (standard === null) yield required(at.child('default'), `required when ${form} is defined`);
  else if (validRange) yield* rangeRules(validRange, { capacity, standard }, at.child(form));
  else yield* valuesRules(validValues, { capacity, standard }, at.child(form));
}

interface Bounds {
  readonly capacity: string;
  /** What who asks for nothing gets. */
  readonly standard: string;
}

const isMore = (a: string, b: string): boolean => compareQuantity(a, b) > 0;

function* valuesRules(values: readonly string[], { capacity, standard }: Bounds, at: Path): Iterable<FieldError> {
  for (const [i, value] of values.entries()) {
    if (i > 0 && isMore(values[i - 1]!, value)) {
      yield invalid(at.index(i), value, 'values must be sorted in ascending order');
    }
  }
  yield* listRules(values, at, {
    most: mostValues,
    each: function* (value, here) {
      if (isMore(value, capacity)) yield invalid(here, value, `option is larger than capacity value: ${capacity}`);
    },
    key: (value) => String(unitValue(value)),
  });
  if (values.length > mostValues || !values.some((v) => compareQuantity(v, standard) === 0)) {
    yield invalid(at, standard, 'default value is not valid according to the requestPolicy');
  }
}

function* rangeRules(
  { min, max, step }: CapacityRequestPolicyRange,
  { capacity, standard }: Bounds,
  at: Path,
): Iterable<FieldError> {
  if (min === undefined) {
    yield required(at.child('min'), 'required when validRange is defined');
    return;
  }
  if (isMore(min, capacity)) yield invalid(at.child('min'), min, `min is larger than capacity value: ${capacity}`);
  if (isMore(min, standard)) yield invalid(at.child('min'), standard, `default is less than min: ${min}`);
  if (max !== undefined) {
    if (isMore(min, max)) yield invalid(at.child('max'), min, `min is larger than max: ${max}`);
    if (isMore(max, capacity)) yield invalid(at.child('max'), max, `max is larger than capacity value: ${capacity}`);
    if (isMore(standard, max)) yield invalid(at.child('max'), standard, `default is more than max: ${max}`);
  }
  if (step === undefined) return;
  const next = sumOfQuantities(min, step);
  if (isMore(next, capacity)) {
    yield invalid(at.child('step'), step, `one step ${next} is larger than capacity value: ${capacity}`);
  }
  for (const value of [standard, ...(max === undefined ? [] : [max])]) {
    if ((unitValue(value) - unitValue(min)) % unitValue(step) === 0) continue;
    yield invalid(at.child('step'), value, `value is not a multiple of a given step (${step}) from (${min})`);
  }
}
