import { PolicyCompiler } from '../../../cel/index.ts';
import {
  duplicate,
  equal,
  field,
  type FieldError,
  invalid,
  oneOfThese,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
} from '../../../machinery/index.ts';
import { internalValue } from '../../../schema/index.ts';
import { validateConditions } from '../../meta/condition-rules.ts';
import { auditAnnotation, type AuditAnnotation, type Validation } from '../validating-policy-spec.ts';
import type { ValidatingAdmissionPolicy } from '../validatingadmissionpolicy.ts';
import { matchConditionRules } from './match-conditions.ts';
import { matchConstraintsRules } from './match-resources.ts';
import { paramKindRules } from './params.ts';
import { compiledRules, expressionRules, failurePolicyRules, variableRules } from './policy.ts';

const mostAuditAnnotations = 20;
const longestValueExpression = 5 * 1024;
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const at = field('spec');

export function* validatingPolicyRules(
  policy: ValidatingAdmissionPolicy,
  old: ValidatingAdmissionPolicy | undefined,
): Iterable<FieldError> {
  const { spec } = policy;
  yield* failurePolicyRules(spec.failurePolicy, at.child('failurePolicy'));
  yield* paramKindRules(spec.paramKind, at.child('paramKind'));
  yield* matchConstraintsRules(spec.matchConstraints, at.child('matchConstraints'));
  const asBefore =
    old && equal(spec.paramKind, old.spec.paramKind) && equal(spec.matchConditions, old.spec.matchConditions);
  const hasParams = spec.paramKind !== undefined;
  if (!asBefore) yield* matchConditionRules(spec.matchConditions, at.child('matchConditions'), { hasParams });
  const compiler = new PolicyCompiler({ hasParams, composes: Boolean(spec.variables?.length) });
  yield* variableRules(spec.variables, at.child('variables'), compiler);

  const { validations = [], auditAnnotations = [] } = spec;
  if (!validations.length && !auditAnnotations.length) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    yield required(at.child('validations'), detail);
    yield required(at.child('auditAnnotations'), detail);
    return;
  }
  for (const [i, validation] of validations.entries()) {
    yield* validationRules(validation, at.child('validations').index(i), compiler);
  }
  yield* auditAnnotationRules(auditAnnotations, policy.metadata.name ?? '', compiler);
}

function* validationRules(validation: Validation, here: Path, compiler: PolicyCompiler): Iterable<FieldError> {
  const { expression, message = '', messageExpression = '', reason } = validation;
  if (!expression.trim()) yield required(here.child('expression'), 'expression is not specified');
  else yield* expressionRules(expression, here.child('expression'), { compiler, purpose: 'condition' });
  const blank = 'must be non-empty if specified';
  const messageAt = here.child('messageExpression');
  if (messageExpression && !messageExpression.trim()) yield invalid(messageAt, messageExpression, blank);
  else if (messageExpression) yield* expressionRules(messageExpression, messageAt, { compiler, purpose: 'message' });
  if (message && !message.trim()) yield invalid(here.child('message'), message, blank);
  else if (/[\n\r]/.test(message.trim())) {
    yield invalid(here.child('message'), message, 'must not contain line breaks');
  }
  yield* oneOfThese(reason, reasons, here.child('reason'));
}

function* auditAnnotationRules(
  annotations: readonly AuditAnnotation[],
  name: string,
  compiler: PolicyCompiler,
): Iterable<FieldError> {
  const all = at.child('auditAnnotations');
  if (annotations.length > mostAuditAnnotations) {
    const value = annotations.map((a) => internalValue(auditAnnotation, a));
    yield invalid(all, value, `must not have more than ${mostAuditAnnotations} auditAnnotations`);
  }
  const seen = new Set<string>();
  for (const [i, { key, valueExpression }] of annotations.entries()) {
    const here = all.index(i);
    if (!name) yield invalid(here.child('key'), key, 'requires metadata.name be non-empty');
    else yield* problemsAt(qualifiedNameProblems(`${name}/${key}`), `${name}/${key}`, here.child('key'));
    const trimmed = valueExpression.trim();
    if (!trimmed) yield required(here.child('valueExpression'), 'valueExpression is not specified');
    else if (Buffer.byteLength(trimmed) > longestValueExpression) {
      yield required(here.child('valueExpression'), `must not exceed ${longestValueExpression} bytes in length`);
    } else {
      yield* compiledRules(
        compiler.compile(trimmed, 'auditAnnotation'),
        valueExpression,
        here.child('valueExpression'),
      );
    }
    if (seen.has(key)) yield duplicate(here.child('key'), key);
    seen.add(key);
  }
}

export function* validatingPolicyStatusRules({ status }: ValidatingAdmissionPolicy): Iterable<FieldError> {
  const warnings = status.typeChecking?.expressionWarnings ?? [];
  for (const [i, { warning, fieldRef }] of warnings.entries()) {
    const here = field('status', 'typeChecking', 'expressionWarnings').index(i);
    if (!warning) yield required(here.child('warning'));
    if (!fieldRef.trim()) yield required(here.child('fieldRef'));
  }
  yield* validateConditions(status.conditions, field('status', 'conditions'));
}
