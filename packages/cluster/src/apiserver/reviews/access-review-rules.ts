import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReview,
} from '@tiphys/sdk/api';
import {
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  labelValueProblems,
  type ObjectMeta,
  type Path,
  qualifiedNameProblems,
  required,
} from '@tiphys/sdk/machinery';

const spec = field('spec');

export function* selfErrors({ metadata, spec: asked }: SelfSubjectAccessReview): Iterable<FieldError> {
  yield* choiceErrors(asked);
  yield* resourceErrors(asked.resourceAttributes);
  if (!isEmpty(metadata)) yield invalid('metadata', metadata, 'must be empty');
}

export function* accessErrors({ metadata, spec: asked }: SubjectAccessReview): Iterable<FieldError> {
  yield* specErrors(asked);
  if (!isEmpty(metadata)) yield invalid('metadata', metadata, 'must be empty');
}

export function* localErrors({ metadata, spec: asked }: SubjectAccessReview): Iterable<FieldError> {
  yield* specErrors(asked);
  const { namespace, ...others } = metadata;
  if (!isEmpty(others)) yield invalid('metadata', metadata, 'must be empty except for namespace');
  const { resourceAttributes, nonResourceAttributes } = asked;
  if (resourceAttributes && (resourceAttributes.namespace ?? '') !== (namespace ?? '')) {
    yield invalid(
      spec.child('resourceAttributes').child('namespace'),
      resourceAttributes.namespace ?? '',
      'must match metadata.namespace',
    );
  }
  if (nonResourceAttributes) {
    yield invalid(
      spec.child('nonResourceAttributes'),
      goNamed(nonResourceAttributes),
      'disallowed on this kind of request',
    );
  }
}

const isEmpty = (metadata: ObjectMeta): boolean => Object.keys(metadata).every((k) => k === 'managedFields');

function* specErrors(asked: SubjectAccessReview['spec']): Iterable<FieldError> {
  yield* choiceErrors(asked);
  if (!asked.user && !asked.groups?.length) {
    yield invalid(spec.child('user'), asked.user ?? '', 'at least one of user or group must be specified');
  }
  yield* resourceErrors(asked.resourceAttributes);
}

function* choiceErrors({
  resourceAttributes,
  nonResourceAttributes,
}: SelfSubjectAccessReviewSpec): Iterable<FieldError> {
  if (resourceAttributes && nonResourceAttributes) {
    const value = goNamed(nonResourceAttributes);
    yield invalid(
      spec.child('nonResourceAttributes'),
      value,
      'cannot be specified in combination with resourceAttributes',
    );
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    yield invalid(
      spec.child('resourceAttributes'),
      undefined,
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
}

/** Upstream prints its internal struct, whose fields have no JSON names. */
const goNamed = ({ path = '', verb = '' }: { path?: string; verb?: string }) => ({ Path: path, Verb: verb });

function* resourceErrors(attributes: ResourceAttributes | undefined): Iterable<FieldError> {
  const at = spec.child('resourceAttributes');
  if (attributes?.fieldSelector) yield* fieldSelectorErrors(attributes.fieldSelector, at.child('fieldSelector'));
  if (attributes?.labelSelector) yield* labelSelectorErrors(attributes.labelSelector, at.child('labelSelector'));
}

function* selectorErrors(
  { rawSelector, requirements }: FieldSelectorAttributes | LabelSelectorAttributes,
  at: Path,
): Iterable<FieldError> {
  if (rawSelector && requirements?.length) {
    yield invalid(at.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements');
  }
  if (!rawSelector && !requirements?.length) {
    yield required(
      at.child('requirements'),
      `when ${at.toString()} is specified, requirements or rawSelector is required`,
    );
  }
}

function* fieldSelectorErrors(selector: FieldSelectorAttributes, at: Path): Iterable<FieldError> {
  yield* selectorErrors(selector, at);
  for (const [i, { key, operator, values }] of (selector.requirements ?? []).entries()) {
    const here = at.child('requirements').index(i);
    if (!key) yield required(here.child('key'), 'must be specified');
    yield* valuesErrors({ operator, values }, here);
  }
}

function* labelSelectorErrors(selector: LabelSelectorAttributes, at: Path): Iterable<FieldError> {
  yield* selectorErrors(selector, at);
  for (const [i, { key, operator, values }] of (selector.requirements ?? []).entries()) {
    const here = at.child('requirements').index(i);
    yield* valuesErrors({ operator, values }, here);
    for (const p of qualifiedNameProblems(key)) yield invalid(here.child('key'), key, p);
    for (const [j, value] of (values ?? []).entries()) {
      for (const p of labelValueProblems(value)) yield invalid(here.child('values').index(j), value, p);
    }
  }
}

/** Operators that nobody knows are let through: a later version may know them. */
function* valuesErrors(
  { operator, values }: { operator: string; values: readonly string[] | undefined },
  at: Path,
): Iterable<FieldError> {
  if ((operator === 'In' || operator === 'NotIn') && !values?.length) {
    yield required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'");
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values?.length) {
    yield forbiddenAt(at.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  }
}
