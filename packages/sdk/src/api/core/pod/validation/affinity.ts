import {
  addAll,
  dnsLabelProblems,
  equal,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  isRefused,
  type Path,
  problemsAt,
  required,
} from '../../../../machinery/index.ts';
import { internalValue } from '../../../../schema/index.ts';
import type { LabelSelector } from '../../../meta/label-selector.ts';
import { validateLabelKey, validateLabelSelector } from '../../../meta/label-selector-rules.ts';
import { nodeSelectorTerm, type NodeSelectorTerm, type PreferredSchedulingTerm } from '../../node-selector.ts';
import { hasInvalidValue, validateNodeSelector, validateNodeSelectorTerm } from '../../node-selector-rules.ts';
import type { Affinity, NodeAffinity, PodAffinity, PodAffinityTerm } from '../affinity.ts';
import type { PodRules } from './rules.ts';

const mustHave = 'requiredDuringSchedulingIgnoredDuringExecution';
const rather = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(errors: FieldError[], affinity: Affinity, at: Path, rules: PodRules): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity) validateNodeAffinity(errors, nodeAffinity, at.child('nodeAffinity'), rules);
  if (podAffinity) validatePodAffinity(errors, podAffinity, at.child('podAffinity'), rules);
  if (podAntiAffinity) validatePodAffinity(errors, podAntiAffinity, at.child('podAntiAffinity'), rules);
}

function validateNodeAffinity(errors: FieldError[], affinity: NodeAffinity, at: Path, rules: PodRules): void {
  const needed = affinity[mustHave];
  if (needed) {
    errors.push(
      ...validateNodeSelector(needed, at.child(mustHave), {
        allowInvalidValues: rules.allowInvalidNodeAffinityValue,
      }),
    );
  }
  for (const [i, term] of (affinity[rather] ?? []).entries()) {
    validatePreferredTerm(errors, term, at.child(rather).index(i));
  }
}

function validatePreferredTerm(errors: FieldError[], { weight, preference }: PreferredSchedulingTerm, at: Path): void {
  validateWeight(errors, weight, at.child('weight'));
  addAll(errors, validateNodeSelectorTerm(preference, at.child('preference'), { allowInvalidValues: true }));
}

function validateWeight(errors: FieldError[], weight: number, at: Path): void {
  if (weight <= 0 || weight > 100) errors.push(invalid(at, weight, 'must be in the range 1-100'));
}

function validatePodAffinity(errors: FieldError[], affinity: PodAffinity, at: Path, rules: PodRules): void {
  for (const [i, term] of (affinity[mustHave] ?? []).entries()) {
    validatePodAffinityTerm(errors, term, at.child(mustHave).index(i), rules);
  }
  for (const [i, { weight, podAffinityTerm }] of (affinity[rather] ?? []).entries()) {
    const here = at.child(rather).index(i);
    validateWeight(errors, weight, here.child('weight'));
    validatePodAffinityTerm(errors, podAffinityTerm, here.child('podAffinityTerm'), rules);
  }
}

function validatePodAffinityTerm(errors: FieldError[], term: PodAffinityTerm, at: Path, rules: PodRules): void {
  validateTermSelectors(errors, term, at, rules.allowInvalidAffinitySelector);
  for (const name of term.namespaces ?? [])
    errors.push(...problemsAt(dnsLabelProblems(name), name, at.child('namespace')));
  validateLabelKeys(errors, term, at);
  if (!term.topologyKey) errors.push(required(at.child('topologyKey'), 'can not be empty'));
  errors.push(...validateLabelKey(term.topologyKey, at.child('topologyKey')));
}

function validateTermSelectors(
  errors: FieldError[],
  term: PodAffinityTerm,
  at: Path,
  allowInvalidValues: boolean,
): void {
  addAll(errors, validateLabelSelector(term.labelSelector, at.child('labelSelector'), { allowInvalidValues }));
  addAll(errors, validateLabelSelector(term.namespaceSelector, at.child('namespaceSelector'), { allowInvalidValues }));
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
  readonly labelSelector?: LabelSelector;
}

/** Keys whose values come from the pod itself: the server adds them to the selector, which so must not name them already. */
export function validateLabelKeys(errors: FieldError[], keys: LabelKeys, at: Path): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = keys;
  for (const name of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const list = keys[name] ?? [];
    if (!list.length) continue;
    if (!labelSelector) errors.push(forbiddenAt(at.child(name), 'must not be specified when labelSelector is not set'));
    else for (const [i, key] of list.entries()) errors.push(...validateLabelKey(key, at.child(name).index(i)));
  }
  const named = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const i = matchLabelKeys.lastIndexOf(key);
    if (i !== -1 && named.has(key)) {
      errors.push(invalid(at.index(i), key, 'exists in both matchLabelKeys and labelSelector'));
    }
    named.add(key);
  }
  for (const [i, key] of matchLabelKeys.entries()) {
    if (mismatchLabelKeys.includes(key)) {
      errors.push(
        invalid(at.child('matchLabelKeys').index(i), key, 'exists in both matchLabelKeys and mismatchLabelKeys'),
      );
    }
  }
}

export function hasInvalidAffinitySelector(affinity: Affinity | undefined): boolean {
  const all = [affinity?.podAffinity, affinity?.podAntiAffinity];
  const terms = all.flatMap((a) => [...(a?.[mustHave] ?? []), ...(a?.[rather] ?? []).map((w) => w.podAffinityTerm)]);
  return terms.some((term) => isRefused(errorsOf(validateTermSelectors, term, field(''), false)));
}

export const hasInvalidNodeAffinityValue = (affinity: Affinity | undefined): boolean =>
  hasInvalidValue(affinity?.nodeAffinity?.[mustHave]);

/** A pod that waits behind its gates may ask for less of the nodes than before, never for more. */
export function validateNodeAffinityNarrowed(
  errors: FieldError[],
  next: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
  at: Path,
): void {
  const oldTerms = old?.[mustHave]?.nodeSelectorTerms;
  if (!oldTerms?.length) return;
  const terms = next?.[mustHave]?.nodeSelectorTerms ?? [];
  const here = at.child(mustHave, 'nodeSelectorTerms');
  const shown = (term: NodeSelectorTerm) => internalValue(nodeSelectorTerm, term);
  if (terms.length !== oldTerms.length) {
    errors.push(
      invalid(
        here,
        next?.[mustHave] ? terms.map(shown) : null,
        'no additions/deletions to non-empty NodeSelectorTerms list are allowed',
      ),
    );
    return;
  }
  for (const [i, term] of terms.entries()) {
    if (onlyAdds(term, oldTerms[i]!)) continue;
    errors.push(invalid(here.index(i), shown(term), 'only additions are allowed (no mutations or deletions)'));
  }
}

function onlyAdds(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const size = (t: NodeSelectorTerm) => (t.matchExpressions?.length ?? 0) + (t.matchFields?.length ?? 0);
  // An empty term matches nothing: anything added to it would match more.
  if (size(old) === 0) return size(next) === 0;
  return (['matchExpressions', 'matchFields'] as const).every((name) => {
    const before = old[name] ?? [];
    return equal(next[name]?.slice(0, before.length) ?? [], before);
  });
}
