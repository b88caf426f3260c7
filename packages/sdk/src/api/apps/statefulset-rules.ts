import {
  dnsLabelProblems,
  equal,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  isRefused,
  labelSelectorOf,
  nonNegative,
  notSupported,
  type Path,
  problemsAt,
  required,
} from '../../machinery/index.ts';
import { type Gates, internalValue, type RuleGates, validateAnnotations, validateLabels } from '../../schema/index.ts';
import type { PodTemplateSpec } from '../core/pod/pod-template.ts';
import { validatePodAnnotations } from '../core/pod/validation/annotations.ts';
import { validateClaimSpec } from '../core/persistentvolumeclaim/spec-rules.ts';
import { podRules } from '../core/pod/validation/rules.ts';
import { unmatchedLabels, validatePodTemplate } from '../core/pod/validation/template.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import { amountOf, notMoreThanAll, validateShare } from '../meta/share-rules.ts';
import type { StatefulSet, StatefulSetSpec } from './statefulset.ts';
import {
  type RollingUpdateStatefulSetStrategy,
  rollingUpdateStatefulSetStrategy,
  type StatefulSetUpdateStrategy,
  statefulSetUpdateStrategy,
} from './statefulset-strategy.ts';
import { validateCollisions, validateCounts } from './status-rules.ts';

const at = field('spec');

export function* validateStatefulSet(
  { spec }: StatefulSet,
  old?: StatefulSet,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  yield* validateSpec(spec, old?.spec, gates);
  if (old && !equal(fixedPart(spec), fixedPart(old.spec))) {
    const changeable =
      "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";
    yield forbiddenAt(at, `updates to statefulset spec for fields other than ${changeable} are forbidden`);
  }
}

/** What stays as it was made. */
const fixedPart = ({
  replicas: _replicas,
  ordinals: _ordinals,
  template: _template,
  updateStrategy: _strategy,
  revisionHistoryLimit: _history,
  persistentVolumeClaimRetentionPolicy: _claims,
  minReadySeconds: _ready,
  ...fixed
}: StatefulSetSpec) => fixed;

function* validateSpec(spec: StatefulSetSpec, old?: StatefulSetSpec, gates?: Gates): Iterable<FieldError> {
  const { podManagementPolicy, ordinals, serviceName } = spec;
  if (!podManagementPolicy) yield required(at.child('podManagementPolicy'));
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    yield invalid(at.child('podManagementPolicy'), podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  }
  yield* validateStrategy(spec.updateStrategy, at.child('updateStrategy'));
  yield* validateRetention(spec, at.child('persistentVolumeClaimRetentionPolicy'));
  // What can't be changed isn't looked at again.
  if (!old) {
    for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
      yield* validateClaimSpec(claim.spec, at.child('volumeClaimTemplates').index(i).child('spec'));
    }
  }
  yield* nonNegative(spec.replicas, at.child('replicas'));
  yield* nonNegative(spec.minReadySeconds, at.child('minReadySeconds'));
  if (ordinals) yield* nonNegative(ordinals.start, at.child('ordinals.start'));
  if (!old && serviceName) yield* problemsAt(dnsLabelProblems(serviceName), serviceName, at.child('serviceName'));
  yield* validateSelector(spec, old, gates);
  const { restartPolicy, activeDeadlineSeconds } = spec.template.spec;
  const template = at.child('template', 'spec');
  if (restartPolicy !== 'Always') yield notSupported(template.child('restartPolicy'), restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in StatefulSet is not Supported';
    yield forbiddenAt(template.child('activeDeadlineSeconds'), why);
  }
}

function* validateStrategy(strategy: StatefulSetUpdateStrategy, here: Path): Iterable<FieldError> {
  const { type, rollingUpdate } = strategy;
  if (!type) yield required(here);
  else if (type === 'OnDelete') {
    if (rollingUpdate) {
      const shown = internalValue(rollingUpdateStatefulSetStrategy, rollingUpdate);
      yield invalid(here.child('rollingUpdate'), shown, "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate) yield* validateRollingUpdate(rollingUpdate, here.child('rollingUpdate'));
  } else {
    yield invalid(here, internalValue(statefulSetUpdateStrategy, strategy), "must be 'RollingUpdate' or 'OnDelete'");
  }
}

function* validateRollingUpdate(
  { partition, maxUnavailable }: RollingUpdateStatefulSetStrategy,
  here: Path,
): Iterable<FieldError> {
  yield* nonNegative(partition, here.child('partition'));
  if (maxUnavailable === undefined) return;
  const where = here.child('maxUnavailable');
  yield* validateShare(maxUnavailable, where);
  if (amountOf(maxUnavailable) === 0) yield invalid(where, maxUnavailable, 'cannot be 0');
  yield* notMoreThanAll(maxUnavailable, where);
}

function* validateRetention(
  { persistentVolumeClaimRetentionPolicy: policy }: StatefulSetSpec,
  here: Path,
): Iterable<FieldError> {
  if (!policy) return;
  for (const name of ['whenDeleted', 'whenScaled'] as const) {
    const what = policy[name];
    if (what !== 'Retain' && what !== 'Delete') {
      yield notSupported(here.child(name), what ?? '', ['Retain', 'Delete']);
    }
  }
}

function* validateSelector(spec: StatefulSetSpec, old?: StatefulSetSpec, gates?: Gates): Iterable<FieldError> {
  const { selector } = spec;
  const here = at.child('selector');
  if (!selector) yield required(here);
  else {
    yield* validateLabelSelector(selector, here);
    if (labelSelectorOf(selector).empty) yield invalid(here, selector, 'empty selector is invalid for statefulset');
    if (!isUsableSelector(selector)) return yield invalid(here, selector);
  }
  const template = completed(spec);
  const { labels, annotations } = template.metadata;
  const where = at.child('template');
  // Without a selector nothing matches; an empty one isn't asked.
  if (!labelSelectorOf(selector).empty && !labelSelectorOf(selector).matches(labels ?? {})) {
    yield unmatchedLabels(template, where);
  }
  // A template that was bad before may stay so.
  const rules = podRules(false, old?.template, gates);
  if (!old || !isRefused(validateSpec(old, undefined, gates))) {
    yield* errorsOf(validatePodTemplate, template, where, { old: old?.template, gates });
  }
  yield* validateLabels(labels, where.child('labels'));
  yield* validateAnnotations(annotations, where.child('annotations'));
  if (annotations)
    yield* errorsOf(validatePodAnnotations, annotations, where.child('annotations'), { spec: template.spec, rules });
}

/** The template as its pods will be: with volumes for the claims, and without the names that each pod is given. */
function completed({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  const { subdomain: _subdomain, hostname: _hostname, ...spec } = template.spec;
  if (!volumeClaimTemplates.length) return { ...template, spec };
  const names = [...new Set(volumeClaimTemplates.map(({ metadata }) => metadata.name ?? ''))];
  const claimed = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const volumes = [...claimed, ...(spec.volumes ?? []).filter(({ name }) => !names.includes(name))];
  return { ...template, spec: { ...spec, volumes } };
}

export function* validateStatefulSetStatus({ status }: StatefulSet, old: StatefulSet): Iterable<FieldError> {
  yield* validateCounts(
    status,
    [
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
      'observedGeneration',
      'collisionCount',
    ],
    ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
    'status.readyReplicas',
  );
  yield* validateCollisions(status.collisionCount, old.status.collisionCount);
}
