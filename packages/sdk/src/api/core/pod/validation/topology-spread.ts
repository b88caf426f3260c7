import {
  addAll,
  duplicate,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  isRefused,
  oneOfThese,
  type Path,
  positive,
  required,
} from '../../../../machinery/index.ts';
import { validateLabelKey, validateLabelSelector } from '../../../meta/label-selector-rules.ts';
import type { TopologySpreadConstraint } from '../affinity.ts';
import { validateLabelKeys } from './affinity.ts';
import type { PodRules } from './rules.ts';

type Constraints = readonly TopologySpreadConstraint[];

export function validateTopologySpread(
  errors: FieldError[],
  constraints: Constraints,
  at: Path,
  rules: PodRules,
): void {
  for (const [i, constraint] of constraints.entries()) {
    const here = at.index(i);
    const { topologyKey, whenUnsatisfiable } = constraint;
    errors.push(...positive(constraint.maxSkew, here.child('maxSkew')));
    if (!topologyKey) errors.push(required(here.child('topologyKey'), 'can not be empty'));
    errors.push(...oneOfThese(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], here.child('whenUnsatisfiable')));
    const again = constraints
      .slice(i + 1)
      .some((c) => c.topologyKey === topologyKey && c.whenUnsatisfiable === whenUnsatisfiable);
    if (again) {
      errors.push(duplicate(here.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`));
    }
    validateMinDomains(errors, constraint, here.child('minDomains'));
    errors.push(...oneOfThese(constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], here.child('nodeAffinityPolicy')));
    errors.push(...oneOfThese(constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], here.child('nodeTaintsPolicy')));
    if (rules.spreadKeysApart) validateKeysAsBefore(errors, constraint, here.child('matchLabelKeys'));
    else validateLabelKeys(errors, keysOf(constraint), here);
    if (!rules.allowInvalidSpreadSelector) {
      addAll(errors, validateLabelSelector(constraint.labelSelector, here.child('labelSelector')));
    }
  }
}

function validateMinDomains(
  errors: FieldError[],
  { minDomains, whenUnsatisfiable }: TopologySpreadConstraint,
  at: Path,
): void {
  if (minDomains === undefined) return;
  errors.push(...positive(minDomains, at));
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${String(whenUnsatisfiable)}`;
    errors.push(invalid(at, minDomains, why));
  }
}

const keysOf = ({ matchLabelKeys, labelSelector }: TopologySpreadConstraint) => ({
  ...(matchLabelKeys && { matchLabelKeys }),
  ...(labelSelector && { labelSelector }),
});

/** The rule from before the server added the keys to the selector, kept for constraints that only hold under it. */
function validateKeysAsBefore(
  errors: FieldError[],
  { matchLabelKeys = [], labelSelector }: TopologySpreadConstraint,
  at: Path,
): void {
  if (!matchLabelKeys.length) return;
  if (!labelSelector) errors.push(forbiddenAt(at, 'must not be specified when labelSelector is not set'));
  const named = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  for (const [i, key] of matchLabelKeys.entries()) {
    errors.push(...validateLabelKey(key, at.index(i)));
    if (named.has(key)) errors.push(invalid(at.index(i), key, 'exists in both matchLabelKeys and labelSelector'));
  }
}

export const hasInvalidSpreadSelector = (constraints: Constraints | undefined): boolean =>
  (constraints ?? []).some((c) => isRefused(validateLabelSelector(c.labelSelector, field(''))));

export const hasInvalidSpreadKeys = (constraints: Constraints | undefined): boolean =>
  (constraints ?? []).some((c) => isRefused(errorsOf(validateLabelKeys, keysOf(c), field(''))));

export const hasInvalidKeysApart = (constraints: Constraints | undefined): boolean =>
  (constraints ?? []).some((c) => isRefused(errorsOf(validateKeysAsBefore, c, field(''))));
