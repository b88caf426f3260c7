import {
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  invalid,
  labelSelectorOf,
  nonNegative,
  notSupported,
  type Path,
  required,
} from '../../machinery/index.ts';
import { type Gates, internalValue, type RuleGates } from '../../schema/index.ts';
import { unmatchedLabels, validatePodTemplate } from '../core/pod/validation/template.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import { amountOf, notMoreThanAll, validateShare } from '../meta/share-rules.ts';
import type { DaemonSet, DaemonSetSpec } from './daemonset.ts';
import {
  type DaemonSetUpdateStrategy,
  daemonSetUpdateStrategy,
  type RollingUpdateDaemonSet,
} from './daemonset-strategy.ts';
import { validateCollisions } from './status-rules.ts';

const at = field('spec');

export function* validateDaemonSet(
  { spec }: DaemonSet,
  old?: DaemonSet,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  if (old) yield* immutable(spec.selector, old.spec.selector, at.child('selector'));
  yield* validateSpec(spec, old?.spec, gates);
}

function* validateSpec(spec: DaemonSetSpec, old?: DaemonSetSpec, gates?: Gates): Iterable<FieldError> {
  const { selector, template } = spec;
  const allowInvalidValues = old?.selector ? !isUsableSelector(old.selector) : false;
  yield* validateLabelSelector(selector, at.child('selector'), { allowInvalidValues });
  const usable = !selector || isUsableSelector(selector);
  const { labels } = template.metadata;
  if (usable && !labelSelectorOf(selector).matches(labels ?? {})) {
    yield unmatchedLabels(template, at.child('template'));
  }
  if (selector && labelSelectorOf(selector).empty) {
    yield invalid(at.child('selector'), selector, 'empty selector is invalid for daemonset');
  }
  yield* errorsOf(validatePodTemplate, template, at.child('template'), { old: old?.template, gates });
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  const here = at.child('template', 'spec');
  if (restartPolicy !== 'Always') yield notSupported(here.child('restartPolicy'), restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in DaemonSet is not Supported';
    yield forbiddenAt(here.child('activeDeadlineSeconds'), why);
  }
  yield* nonNegative(spec.minReadySeconds, at.child('minReadySeconds'));
  yield* validateStrategy(spec.updateStrategy, at.child('updateStrategy'));
  yield* nonNegative(spec.revisionHistoryLimit, at.child('revisionHistoryLimit'));
}

function* validateStrategy(strategy: DaemonSetUpdateStrategy, here: Path): Iterable<FieldError> {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    yield notSupported(here, internalValue(daemonSetUpdateStrategy, strategy), ['RollingUpdate', 'OnDelete']);
  } else if (!rollingUpdate) yield required(here.child('rollingUpdate'));
  else yield* validateRollingUpdate(rollingUpdate, here.child('rollingUpdate'));
}

/** Either so many old pods may be gone, or so many new ones may be there besides. */
function* validateRollingUpdate(
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet,
  here: Path,
): Iterable<FieldError> {
  yield* validateShare(maxUnavailable, here.child('maxUnavailable'));
  yield* validateShare(maxSurge, here.child('maxSurge'));
  yield* notMoreThanAll(maxUnavailable, here.child('maxUnavailable'));
  yield* notMoreThanAll(maxSurge, here.child('maxSurge'));
  const [unavailable, surge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (unavailable && surge) {
    yield invalid(here.child('maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero');
  } else if (!unavailable && !surge) {
    yield required(here.child('maxUnavailable'), 'cannot be 0 when maxSurge is 0');
  }
}

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

export function* validateDaemonSetStatus({ status }: DaemonSet, old: DaemonSet): Iterable<FieldError> {
  for (const name of counts) yield* nonNegative(status[name], field('status', name));
  yield* validateCollisions(status.collisionCount, old.status.collisionCount);
}
