import {
  dnsLabelProblems,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  nonNegative,
  notSupported,
  parseQuantity,
  type Path,
  pathSegmentProblems,
  problemsAt,
  required,
  typedString,
} from '../../machinery/index.ts';
import type { RuleGates } from '../../schema/index.ts';
import { isOpen } from '../meta/field-gates.ts';
import { validateContainerResourceName } from '../core/pod/validation/resource-name.ts';
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from './horizontalpodautoscaler.ts';
import { type ReferenceRules, validateReference, apiVersionProblem } from './reference-rules.ts';
import type { MetricIdentifier, MetricSpec, MetricTarget } from './metric.ts';

const at = field('spec');
const longestPeriod = 1800;
const longestWindow = 3600;

export function* validateAutoscaler(
  { spec }: HorizontalPodAutoscaler,
  old?: HorizontalPodAutoscaler,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  const { minReplicas, maxReplicas, scaleTargetRef, behavior } = spec;
  const here = at.child('maxReplicas');
  // One that has gone down to nothing may do so still.
  const least = isOpen(gates, 'HPAScaleToZero') || old?.spec.minReplicas === 0 ? 0 : 1;
  if (minReplicas !== undefined && minReplicas < least) {
    yield invalid(at.child('minReplicas'), minReplicas, `must be greater than or equal to ${least}`);
  }
  if (!maxReplicas) yield required(here, 'must be set and greater than 0');
  else if (maxReplicas < 0) yield invalid(here, maxReplicas, 'must be greater than or equal to 1');
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    yield invalid(here, maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
  const before = old?.spec.scaleTargetRef;
  const same = before?.apiVersion === scaleTargetRef.apiVersion && before?.kind === scaleTargetRef.kind;
  yield* validateReference(scaleTargetRef, at.child('scaleTargetRef'), {
    anyVersion: old !== undefined && same,
    noGroup: scaleTargetRef.kind === 'ReplicationController',
  });
  yield* validateMetrics(spec.metrics ?? [], at.child('metrics'), { minReplicas, rules: objectRules(old) });
  if (!behavior) return;
  yield* validateRules(behavior.scaleUp, at.child('behavior', 'scaleUp'));
  yield* validateRules(behavior.scaleDown, at.child('behavior', 'scaleDown'));
}

/** Objects of metrics may be of any group; where an old one's version was none, new ones' aren't looked at. */
function objectRules(old: HorizontalPodAutoscaler | undefined): ReferenceRules {
  const rules = { anyVersion: false, noGroup: true };
  const wasBad = old?.spec.metrics?.some(
    ({ type, object }) => type === 'Object' && object && apiVersionProblem(object.describedObject, rules),
  );
  return { ...rules, anyVersion: wasBad ?? false };
}

export function* validateAutoscalerStatus({ status }: HorizontalPodAutoscaler): Iterable<FieldError> {
  yield* nonNegative(status.currentReplicas, field('status', 'currentReplicas'));
  yield* nonNegative(status.desiredReplicas, field('status', 'desiredReplicas'));
}

function* validateRules(rules: HPAScalingRules | undefined, here: Path): Iterable<FieldError> {
  if (!rules) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const windowAt = here.child('stabilizationWindowSeconds');
  if (window !== undefined && window < 0) yield invalid(windowAt, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > longestWindow) {
    yield invalid(windowAt, window, `must be less than or equal to ${longestWindow}`);
  }
  const choices = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !choices.includes(selectPolicy)) {
    yield notSupported(here.child('selectPolicy'), selectPolicy, choices);
  }
  if (!policies.length) yield required(here.child('policies'), 'must specify at least one Policy');
  for (const [i, policy] of policies.entries()) yield* validatePolicy(policy, here.child('policies').index(i));
  if (tolerance !== undefined && parseQuantity(tolerance).nano < 0n) {
    yield invalid(here.child('tolerance'), tolerance, 'must be greater than or equal to 0');
  }
}

function* validatePolicy({ type, value, periodSeconds }: HPAScalingPolicy, here: Path): Iterable<FieldError> {
  const types = ['Percent', 'Pods'];
  if (!types.includes(type)) yield notSupported(here.child('type'), type, types);
  if (value <= 0) yield invalid(here.child('value'), value, 'must be greater than zero');
  if (periodSeconds <= 0) yield invalid(here.child('periodSeconds'), periodSeconds, 'must be greater than zero');
  if (periodSeconds > longestPeriod) {
    yield invalid(here.child('periodSeconds'), periodSeconds, `must be less than or equal to ${longestPeriod}`);
  }
}

/** Where each type of metric is told of, in the order in which they are looked at. */
const sources = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
const types = Object.keys(sources).sort();

function* validateMetrics(
  metrics: readonly MetricSpec[],
  here: Path,
  { minReplicas, rules }: { minReplicas: number | undefined; rules: ReferenceRules },
): Iterable<FieldError> {
  for (const [i, metric] of metrics.entries()) yield* validateMetric(metric, here.index(i), rules);
  if (minReplicas !== 0 || metrics.some(({ type }) => type === 'Object' || type === 'External')) return;
  yield forbiddenAt(here, 'must specify at least one Object or External metric to support scaling to zero replicas');
}

function* validateMetric(metric: MetricSpec, here: Path, rules: ReferenceRules): Iterable<FieldError> {
  const { type } = metric;
  const known = types.includes(type);
  if (!type) yield required(here.child('type'), 'must specify a metric source type');
  if (!known) yield notSupported(here.child('type'), type, types);
  const present = Object.values(sources).filter((source) => metric[source]);
  const [first] = present;
  if (first) yield* validateSource(metric, first, here.child(first), rules);
  const expected = sources[type as keyof typeof sources] as string | undefined;
  if (!expected) yield notSupported(here.child('type'), type, types);
  else if (!metric[expected as (typeof present)[number]]) {
    yield required(here.child(expected), 'must populate information for the given metric source');
  }
  if (present.length < 2) {
    return;
  }
  for (const other of present.filter((source) => source !== expected).sort()) {
    yield forbiddenAt(here.child(other), 'must populate the given metric source only');
  }
}

function* validateSource(
  metric: MetricSpec,
  source: (typeof sources)[keyof typeof sources],
  here: Path,
  rules: ReferenceRules,
): Iterable<FieldError> {
  if (source === 'object') {
    const { describedObject, metric: id, target } = metric.object!;
    yield* validateReference(describedObject, here.child('describedObject'), rules);
    yield* validateIdentifier(id, here.child('metric'));
    yield* validateTarget(target, here.child('target'));
    if (target.value !== undefined || target.averageValue !== undefined) return;
    yield required(here.child('target', 'averageValue'), 'must set either a target value or averageValue');
  } else if (source === 'external') {
    const { metric: id, target } = metric.external!;
    yield* validateIdentifier(id, here.child('metric'));
    yield* validateTarget(target, here.child('target'));
    yield* validateExternal(target, here.child('target'));
  } else if (source === 'pods') {
    const { metric: id, target } = metric.pods!;
    yield* validateIdentifier(id, here.child('metric'));
    yield* validateTarget(target, here.child('target'));
    if (target.averageValue !== undefined) return;
    yield required(here.child('target', 'averageValue'), 'must specify a positive target averageValue');
  } else if (source === 'resource') {
    const { name, target } = metric.resource!;
    if (!name) yield required(here.child('name'), 'must specify a resource name');
    yield* validateTarget(target, here.child('target'));
    yield* validateUtilization(target, here.child('target'));
  } else {
    const { name, container, target } = metric.containerResource!;
    if (!name) yield required(here.child('name'), 'must specify a resource name');
    else yield* errorsOf(validateContainerResourceName, name, here.child('name'));
    if (!container) yield required(here.child('container'), 'must specify a container');
    else yield* problemsAt(dnsLabelProblems(container), container, here.child('container'));
    yield* validateTarget(target, here.child('target'));
    yield* validateUtilization(target, here.child('target'));
  }
}

function* validateExternal({ value, averageValue }: MetricTarget, here: Path): Iterable<FieldError> {
  if (value === undefined && averageValue === undefined) {
    yield required(here.child('averageValue'), 'must set either a target value for metric or a per-pod target');
  }
  if (value !== undefined && averageValue !== undefined) {
    yield forbiddenAt(here.child('value'), 'may not set both a target value for metric and a per-pod target');
  }
}

function* validateUtilization({ averageUtilization, averageValue }: MetricTarget, here: Path): Iterable<FieldError> {
  if (averageUtilization === undefined && averageValue === undefined) {
    yield required(here.child('averageUtilization'), 'must set either a target raw value or a target utilization');
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    yield forbiddenAt(here.child('averageValue'), 'may not set both a target raw value and a target utilization');
  }
}

function* validateTarget(target: MetricTarget, here: Path): Iterable<FieldError> {
  const { type, averageUtilization } = target;
  if (!type) yield required(here.child('type'), 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    yield invalid(here.child('type'), typedString(type), 'must be either Utilization, Value, or AverageValue');
  }
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target[name];
    if (amount !== undefined && parseQuantity(amount).nano <= 0n) {
      yield invalid(here.child(name), amount, 'must be positive');
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    yield invalid(here.child('averageUtilization'), averageUtilization, 'must be greater than 0');
  }
}

function* validateIdentifier({ name }: MetricIdentifier, here: Path): Iterable<FieldError> {
  if (!name) yield required(here.child('name'), 'must specify a metric name');
  else yield* problemsAt(pathSegmentProblems(name), name, here.child('name'));
}
