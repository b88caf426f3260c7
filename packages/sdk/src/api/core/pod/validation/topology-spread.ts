import {
  duplicate,
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

export function* validateTopologySpread(constraints: Constraints, at: Path, rules: PodRules): Iterable<FieldError> {
  for (const [i, constraint] of constraints.entries()) {
    const here = at.index(i);
    const { topologyKey, whenUnsatisfiable } = constraint;
    yield* positive(constraint.maxSkew, here.child('maxSkew'));
    if (!topologyKey) yield required(here.child('topologyKey'), 'can not be empty');
    yield* oneOfThese(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], here.child('whenUnsatisfiable'));
    const again = constraints
      .slice(i + 1)
      .some((c) => c.topologyKey === topologyKey && c.whenUnsatisfiable === whenUnsatisfiable);
    if (again) {
      yield duplicate(here.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`);
    }
    yield* validateMinDomains(constraint, here.child('minDomains'));
    yield* oneOfThese(constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], here.child('nodeAffinityPolicy'));
    yield* oneOfThese(constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], here.child('nodeTaintsPolicy'));
    if (rules.spreadKeysApart) yield* validateKeysAsBefore(constraint, here.child('matchLabelKeys'));
    else yield* validateLabelKeys(keysOf(constraint), here);
    if (!rules.allowInvalidSpreadSelector) {
      yield* validateLabelSelector(constraint.labelSelector, here.child('labelSelector'));
    }
  }
}

function* validateMinDomains(
  { minDomains, whenUnsatisfiable }: TopologySpreadConstraint,
  at: Path,
): Iterable<FieldError> {
  if (minDomains === undefined) return;
  yield* positive(minDomains, at);
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${String(whenUnsatisfiable)}`;
    yield invalid(at, minDomains, why);
  }
}

const keysOf = ({ matchLabelKeys, labelSelector }: TopologySpreadConstraint) => ({
  ...(matchLabelKeys && { matchLabelKeys }),
  ...(labelSelector && { labelSelector }),
});

/** The rule from before the server added the keys to the selector, kept for constraints that only hold under it. */
function* validateKeysAsBefore(
  { matchLabelKeys = [], labelSelector }: TopologySpreadConstraint,
  at: Path,
): Iterable<FieldError> {
  if (!matchLabelKeys.length) return;
  if (!labelSelector) yield forbiddenAt(at, 'must not be specified when labelSelector is not set');
  const named = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  for (const [i, key] of matchLabelKeys.entries()) {
    yield* validateLabelKey(key, at.index(i));
    if (named.has(key)) yield invalid(at.index(i), key, 'exists in both matchLabelKeys and labelSelector');
  }
}

export const hasInvalidSpreadSelector = (constraints: Constraints | undefined): boolean =>
  (constraints ?? []).some((c) => isRefused(validateLabelSelector(c.labelSelector, field(''))));

export const hasInvalidSpreadKeys = (constraints: Constraints | undefined): boolean =>
  (constraints ?? []).some((c) => isRefused(validateLabelKeys(keysOf(c), field(''))));

export const hasInvalidKeysApart = (constraints: Constraints | undefined): boolean =>
  (constraints ?? []).some((c) => isRefused(validateKeysAsBefore(c, field(''))));
