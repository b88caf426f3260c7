import {
  dnsSubdomainProblems,
  duplicate,
  field,
  type FieldError,
  invalid,
  oneOfThese,
  type Path,
  problemsAt,
  required,
  typedString,
} from '../../../machinery/index.ts';
import type { MutatingAdmissionPolicyBinding } from '../mutatingadmissionpolicybinding.ts';
import type { ValidatingAdmissionPolicyBinding } from '../validatingadmissionpolicybinding.ts';
import { matchResourcesRules } from './match-resources.ts';
import { paramRefRules } from './params.ts';
import { mutatingOperationRules } from './rules.ts';

const at = field('spec');
const actions = ['Audit', 'Deny', 'Warn'];

export function* validatingBindingRules({ spec }: ValidatingAdmissionPolicyBinding): Iterable<FieldError> {
  yield* bindingRules(spec);
  yield* actionRules(spec.validationActions ?? [], at.child('validationActions'));
}

export function* mutatingBindingRules({ spec }: MutatingAdmissionPolicyBinding): Iterable<FieldError> {
  yield* bindingRules(spec);
  const operations = at.child('matchResources', 'resourceRules', 'operations');
  yield* mutatingOperationRules(spec.matchResources?.resourceRules, operations);
}

function* bindingRules({
  policyName = '',
  paramRef,
  matchResources,
}: MutatingAdmissionPolicyBinding['spec']): Iterable<FieldError> {
  if (!policyName) yield required(at.child('policyName'));
  else yield* problemsAt(dnsSubdomainProblems(policyName), policyName, at.child('policyName'));
  yield* paramRefRules(paramRef, at.child('paramRef'));
  yield* matchResourcesRules(matchResources, at.child('matchResources'));
}

function* actionRules(given: readonly string[], here: Path): Iterable<FieldError> {
  const seen = new Set<string>();
  for (const [i, action] of given.entries()) {
    yield* oneOfThese(action, actions, here.index(i));
    if (seen.has(action)) yield duplicate(here.index(i), typedString(action));
    seen.add(action);
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    const why = 'repeating the same validation failure information in the API response and headers serves no purpose';
    yield invalid(here, given, `must not contain both Deny and Warn (${why})`);
  }
  if (!seen.size) yield required(here, 'at least one validation action is required');
}
