import { type FieldError, oneOfThese, type Path, required } from '../../../machinery/index.ts';
import { validateLabelSelector } from '../../meta/label-selector-rules.ts';
import type { MatchResources } from '../match-resources.ts';
import { namedRuleRules } from './rules.ts';

export const matchPolicies = ['Equivalent', 'Exact'];

export function* matchResourcesRules(match: MatchResources | undefined, at: Path): Iterable<FieldError> {
  if (!match) return;
  if (match.matchPolicy === undefined) yield required(at.child('matchPolicy'));
  yield* oneOfThese(match.matchPolicy, matchPolicies, at.child('matchPolicy'));
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    if (!match[name]) yield required(at.child(name));
    yield* validateLabelSelector(match[name], at.child(name));
  }
  for (const name of ['resourceRules', 'excludeResourceRules'] as const) {
    for (const [i, rule] of (match[name] ?? []).entries()) yield* namedRuleRules(rule, at.child(name).index(i));
  }
}

/** Of a policy, which has to say what it is about. */
export function* matchConstraintsRules(match: MatchResources | undefined, at: Path): Iterable<FieldError> {
  if (!match) yield required(at);
  yield* matchResourcesRules(match, at);
  if (match && !match.resourceRules?.length) yield required(at.child('resourceRules'));
}
