import { PolicyCompiler } from '../../../cel/index.ts';
import {
  equal,
  field,
  type FieldError,
  invalid,
  type Path,
  required,
  requiredOneOf,
} from '../../../machinery/index.ts';
import type { MutatingAdmissionPolicy, Mutation } from '../mutatingadmissionpolicy.ts';
import { matchConditionRules } from './match-conditions.ts';
import { matchConstraintsRules } from './match-resources.ts';
import { paramKindRules } from './params.ts';
import { compiledRules, failurePolicyRules, variableRules } from './policy.ts';
import { mutatingOperationRules } from './rules.ts';

const at = field('spec');

export function* mutatingPolicyRules(
  { spec }: MutatingAdmissionPolicy,
  old: MutatingAdmissionPolicy | undefined,
): Iterable<FieldError> {
  yield* failurePolicyRules(spec.failurePolicy, at.child('failurePolicy'));
  yield* paramKindRules(spec.paramKind, at.child('paramKind'));
  yield* matchConstraintsRules(spec.matchConstraints, at.child('matchConstraints'));
  const operations = at.child('matchConstraints', 'resourceRules', 'operations');
  yield* mutatingOperationRules(spec.matchConstraints?.resourceRules, operations);
  const asBefore =
    old && equal(spec.paramKind, old.spec.paramKind) && equal(spec.matchConditions, old.spec.matchConditions);
  const hasParams = spec.paramKind !== undefined;
  if (!asBefore) yield* matchConditionRules(spec.matchConditions, at.child('matchConditions'), { hasParams });
  const compiler = new PolicyCompiler({ hasParams, composes: true });
  yield* variableRules(spec.variables, at.child('variables'), compiler);
  if (!spec.mutations?.length) yield required(at.child('mutations'), 'mutations must contain at least one item');
  for (const [i, m] of (spec.mutations ?? []).entries()) {
    yield* mutationRules(m, at.child('mutations').index(i), compiler);
  }
  yield* requiredOneOf(spec.reinvocationPolicy, ['IfNeeded', 'Never'], at.child('reinvocationPolicy'));
}

const forms = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;

function* mutationRules(mutation: Mutation, here: Path, compiler: PolicyCompiler): Iterable<FieldError> {
  const { patchType } = mutation;
  yield* requiredOneOf(patchType, Object.keys(forms), here.child('patchType'));
  if (!Object.hasOwn(forms, patchType)) return;
  const form = forms[patchType];
  const other = form === 'jsonPatch' ? 'applyConfiguration' : 'jsonPatch';
  const given = mutation[form];
  if (!given) yield required(here.child(form), `must be specified when patchType is ${patchType}`);
  else {
    const { expression = '' } = given;
    const trimmed = expression.trim();
    const expressionAt = here.child(form, 'expression');
    if (trimmed) yield* compiledRules(compiler.compile(trimmed, form), expression, expressionAt);
    else yield required(expressionAt);
  }
  if (mutation[other]) {
    yield invalid(here.child(other), `{${other}}`, `must not be specified when patchType is ${patchType}`);
  }
}
