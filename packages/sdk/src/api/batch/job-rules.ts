import {
  deepCopy,
  dnsLabelProblems,
  domainPrefixedPath,
  equal,
  errorsOf,
  field,
  type FieldError,
  immutable,
  invalid,
  labelSelectorOf,
  nonNegative,
  notSupported,
  type Path,
  required,
  tooLong,
  typedString,
} from '../../machinery/index.ts';
import { type Gates, internalValue, type RuleGates } from '../../schema/index.ts';
import type { PodSpec } from '../core/pod/pod-spec.ts';
import type { PodTemplateSpec } from '../core/pod/pod-template.ts';
import { shownPodSpec, shownPodTemplate } from '../core/pod/shown-spec.ts';
import { unmatchedLabels, validatePodTemplate } from '../core/pod/validation/template.ts';
import { isOpen } from '../meta/field-gates.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import { isTrue } from './job-conditions.ts';
import type { Job } from './job.ts';
import { type JobSpec, podFailurePolicy, successPolicy } from './job-spec.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './job-policy-rules.ts';
import { validateGeneratedSelector } from './job-selector.ts';

const at = field('spec');
const maxParallelism = 100_000;
const maxFailedIndexes = 100_000;
const manyCompletions = 100_000;
/** Of parallelism and failed indexes where completions are many. */
const fewerForMany = 10_000;
const maxManagedBy = 63;

export function* validateJob(next: Job, old?: Job, { gates }: RuleGates = {}): Iterable<FieldError> {
  yield* validateGeneratedSelector(next, old);
  yield* validateOwnSpec(next.spec, old?.spec, gates);
  const { completionMode, completions = 0 } = next.spec;
  if (completionMode === 'Indexed' && completions > 0) {
    const { name = '' } = next.metadata;
    const hostname = `${name}-${completions - 1}`;
    if (dnsLabelProblems(hostname).length) {
      const why = `will not able to create pod with invalid DNS label: ${hostname}`;
      yield invalid(field('metadata', 'name'), name, why);
    }
  }
}

function* validateOwnSpec(spec: JobSpec, old?: JobSpec, gates?: Gates): Iterable<FieldError> {
  yield* validateJobSpec(spec, at, { old, gates });
  const { selector, template } = spec;
  if (!selector) yield required(at.child('selector'));
  else {
    const allowInvalidValues = old?.selector !== undefined && !isUsableSelector(old.selector);
    yield* validateLabelSelector(selector, at.child('selector'), { allowInvalidValues });
  }
  const { labels } = template.metadata;
  if ((!selector || isUsableSelector(selector)) && !labelSelectorOf(selector).matches(labels ?? {})) {
    yield unmatchedLabels(template, at.child('template'));
  }
}

export interface JobBefore {
  readonly old?: JobSpec | undefined;
  readonly gates?: Gates | undefined;
}

/** What holds for a job, and for the jobs that a cron job makes. */
export function* validateJobSpec(spec: JobSpec, at: Path, { old, gates }: JobBefore): Iterable<FieldError> {
  for (const name of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const) {
    yield* nonNegative(spec[name], at.child(name));
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    yield required(at.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) {
    yield* domainPrefixedPath(spec.managedBy, at.child('managedBy'));
    if (Buffer.byteLength(spec.managedBy) > maxManagedBy) yield tooLong(at.child('managedBy'), maxManagedBy);
  }
  yield* validateCompletionMode(spec, at);
  yield* validatePolicies(spec, at);
  yield* errorsOf(validatePodTemplate, spec.template, at.child('template'), { old: old?.template, gates });
  yield* validateRestartPolicy(spec, at.child('template', 'spec', 'restartPolicy'));
}

function* validateCompletionMode(spec: JobSpec, at: Path): Iterable<FieldError> {
  const { completionMode: mode, backoffLimitPerIndex, maxFailedIndexes: failed } = spec;
  if (mode === 'Indexed') yield* validateIndexed(spec, at);
  else if (mode !== undefined && mode !== 'NonIndexed') {
    yield notSupported(at.child('completionMode'), mode, ['NonIndexed', 'Indexed']);
  } else {
    const why = 'requires indexed completion mode';
    if (backoffLimitPerIndex !== undefined) {
      yield invalid(at.child('backoffLimitPerIndex'), backoffLimitPerIndex, why);
    }
    if (failed !== undefined) yield invalid(at.child('maxFailedIndexes'), failed, why);
  }
}

function* validateIndexed(spec: JobSpec, at: Path): Iterable<FieldError> {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  if (completions === undefined) yield required(at.child('completions'), 'when completion mode is Indexed');
  if (parallelism > maxParallelism) {
    const why = `must be less than or equal to ${maxParallelism} when completion mode is Indexed`;
    yield invalid(at.child('parallelism'), parallelism, why);
  }
  if (completions !== undefined && failed !== undefined && failed > completions) {
    yield invalid(at.child('maxFailedIndexes'), failed, 'must be less than or equal to completions');
  }
  if (failed !== undefined && failed > maxFailedIndexes) {
    yield invalid(at.child('maxFailedIndexes'), failed, `must be less than or equal to ${maxFailedIndexes}`);
  }
  if ((completions ?? 0) <= manyCompletions || backoffLimitPerIndex === undefined) return;
  if (failed === undefined) {
    yield required(at.child('maxFailedIndexes'), `must be specified when completions is above ${manyCompletions}`);
  }
  const why = `must be less than or equal to ${fewerForMany} when completions are above ${manyCompletions} and used with backoff limit per index`;
  if (parallelism > fewerForMany) yield invalid(at.child('parallelism'), parallelism, why);
  if (failed !== undefined && failed > fewerForMany) yield invalid(at.child('maxFailedIndexes'), failed, why);
}

function* validatePolicies(spec: JobSpec, at: Path): Iterable<FieldError> {
  const { podFailurePolicy: failure, successPolicy: success, podReplacementPolicy: replacement } = spec;
  if (failure) yield* validateFailurePolicy(failure, spec, at.child('podFailurePolicy'));
  if (success) {
    const here = at.child('successPolicy');
    if (spec.completionMode !== 'Indexed') {
      yield invalid(here, internalValue(successPolicy, success), 'requires indexed completion mode');
    } else yield* validateSuccessPolicy(success, spec.completions ?? 0, here);
  }
  if (replacement === undefined) return;
  const supported = failure ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (!supported.includes(replacement)) yield notSupported(at.child('podReplacementPolicy'), replacement, supported);
}

function* validateRestartPolicy({ template, podFailurePolicy: failure }: JobSpec, at: Path): Iterable<FieldError> {
  const policy = template.spec.restartPolicy;
  if (policy === 'Always' || !policy) yield required(at, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') yield notSupported(at, policy, ['OnFailure', 'Never']);
  else if (failure && policy !== 'Never') {
    yield invalid(at, typedString(policy), 'only "Never" is supported when podFailurePolicy is specified');
  }
}

export function* validateJobChange(next: Job, old: Job, { gates }: RuleGates = {}): Iterable<FieldError> {
  const [spec, before] = [next.spec, old.spec];
  // Upstream looks at the whole spec once more.
  yield* validateOwnSpec(spec, before, gates);
  yield* validateCompletions(spec, before, at.child('completions'));
  yield* immutable(spec.selector, before.selector, at.child('selector'));
  yield* validateTemplateUpdate(spec.template, old, { at, gates });
  yield* immutable(spec.completionMode, before.completionMode, at.child('completionMode'));
  if (!equal(spec.podFailurePolicy, before.podFailurePolicy)) {
    const shown = spec.podFailurePolicy && internalValue(podFailurePolicy, spec.podFailurePolicy);
    yield invalid(at.child('podFailurePolicy'), shown, 'field is immutable');
  }
  yield* immutable(spec.backoffLimitPerIndex, before.backoffLimitPerIndex, at.child('backoffLimitPerIndex'));
  yield* immutable(spec.managedBy, before.managedBy, at.child('managedBy'));
  if (!equal(spec.successPolicy, before.successPolicy)) {
    const shown = spec.successPolicy && internalValue(successPolicy, spec.successPolicy);
    yield invalid(at.child('successPolicy'), shown, 'field is immutable');
  }
}

/** Only indexed jobs grow and shrink, and then their parallelism with them. */
function* validateCompletions(next: JobSpec, old: JobSpec, here: Path): Iterable<FieldError> {
  if (next.completionMode !== 'Indexed') return yield* immutable(next.completions, old.completions, here);
  if (next.completions === undefined || next.completions === old.completions) return;
  if (next.completions !== next.parallelism) {
    yield invalid(here, next.completions, 'can only be modified in tandem with spec.parallelism');
  }
}

/** While a suspended job has no pods, where they go and what they get may still be changed. */
function* validateTemplateUpdate(
  next: PodTemplateSpec,
  old: Job,
  { at, gates }: { at: Path; gates: Gates | undefined },
): Iterable<FieldError> {
  const { spec, status } = old;
  const suspended = spec.suspend === true;
  const isIdle = suspended && (!status.startTime || isTrue(status, 'Suspended')) && !status.active;
  const mayMove = isOpen(gates, 'MutableSchedulingDirectivesForSuspendedJobs')
    ? isIdle
    : suspended && !status.startTime;
  const allowed = deepCopy(spec.template);
  if (mayMove) takeDirectives(allowed, next);
  if (isIdle && isOpen(gates, 'MutablePodResourcesForSuspendedJobs')) {
    takeResources(allowed.spec, next.spec);
    if (!equal(next.spec, allowed.spec)) {
      yield invalid(at.child('template.spec'), shownPodSpec(next.spec), 'field is immutable');
    }
  } else if (!equal(next, allowed)) {
    yield invalid(at.child('template'), shownPodTemplate(next), 'field is immutable');
  }
}

/** Where its pods may go, and what they are called. */
function takeDirectives(into: PodTemplateSpec, from: PodTemplateSpec): void {
  const [mine, theirs] = [into.spec, from.spec];
  const { nodeAffinity: _, ...rest } = mine.affinity ?? {};
  const nodeAffinity = theirs.affinity?.nodeAffinity;
  if (theirs.affinity) mine.affinity = { ...(nodeAffinity && { nodeAffinity }), ...rest };
  else if (Object.keys(rest).length) mine.affinity = rest;
  else delete mine.affinity;
  take(mine, theirs, ['nodeSelector', 'tolerations', 'schedulingGates']);
  take(into.metadata, from.metadata, ['labels', 'annotations']);
}

function take<O extends object, K extends keyof O>(into: O, from: O, names: readonly K[]): void {
  for (const name of names) {
    if (from[name] === undefined) delete into[name];
    else into[name] = from[name];
  }
}

function takeResources(into: PodSpec, from: PodSpec): void {
  for (const list of ['containers', 'initContainers'] as const) {
    const [mine, theirs] = [into[list] ?? [], from[list] ?? []];
    if (mine.length !== theirs.length) continue;
    for (const [i, container] of mine.entries()) {
      if (container.name === theirs[i]!.name) container.resources = theirs[i]!.resources;
    }
  }
}
