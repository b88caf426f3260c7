import {
  duplicate,
  equal,
  field,
  type FieldError,
  invalid,
  invalidUnshown,
  nonNegative,
  required,
} from '../../machinery/index.ts';
import { internalValue } from '../../schema/index.ts';
import { overlap, parseIndexes } from './index-ranges.ts';
import { isFalse, isFinished, isTrue } from './job-conditions.ts';
import type { Job } from './job.ts';
import { type JobStatus, uncountedTerminatedPods } from './job-status.ts';

const at = field('status');

/**
 * Jobs may be run by anybody's controller, so what a status says must make sense. What an update leaves as it was it isn't
 * judged by: a spec may have changed under it.
 */
export function* validateJobStatus(next: Job, old: Job): Iterable<FieldError> {
  yield* validateCounts(next.status);
  yield* validateFinish(next, old);
  yield* validateIndexes(next, old);
  yield* validateRunning(next.status, old.status);
  yield* validateSuccess(next);
  yield* validateProgress(next, old);
}

function* validateCounts({ active, succeeded, failed, ready, terminating, ...rest }: JobStatus): Iterable<FieldError> {
  const counts = { active, succeeded, failed, ready, terminating };
  for (const [name, count] of Object.entries(counts)) yield* nonNegative(count, at.child(name));
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [i, uid] of (rest.uncountedTerminatedPods?.[list] ?? []).entries()) {
      const here = at.child('uncountedTerminatedPods', list).index(i);
      if (!uid) yield invalid(here, uid, 'must not be empty');
      else if (seen.has(uid)) yield duplicate(here, uid);
      seen.add(uid);
    }
  }
}

/** What changed from one status to the next. */
function changes(next: JobStatus, old: JobStatus) {
  const condition = (type: string) => isTrue(next, type) !== isTrue(old, type);
  const value = (name: keyof JobStatus) => !equal(next[name], old[name]);
  return { condition, value, finished: isFinished(next) !== isFinished(old) };
}

function* validateFinish({ spec, status }: Job, old: Job): Iterable<FieldError> {
  const { condition, value, finished } = changes(status, old.status);
  const { startTime, completionTime, uncountedTerminatedPods: uncounted } = status;
  const [complete, failed] = [isTrue(status, 'Complete'), isTrue(status, 'Failed')];
  const conditions = at.child('conditions');
  if ((condition('Complete') || condition('Failed')) && complete && failed) {
    yield invalidUnshown(conditions, 'cannot set Complete=True and Failed=true conditions');
  }
  if ((condition('Complete') || condition('FailureTarget')) && complete && isTrue(status, 'FailureTarget')) {
    yield invalidUnshown(conditions, 'cannot set Complete=True and FailureTarget=true conditions');
  }
  if (condition('Complete') || value('completionTime')) {
    const here = at.child('completionTime');
    if (completionTime && !complete) {
      yield invalid(here, completionTime, 'cannot set completionTime when there is no Complete=True condition');
    }
    if (!completionTime && complete) yield required(here, 'completionTime is required for Complete jobs');
  }
  if ((value('startTime') || value('completionTime')) && startTime && completionTime) {
    if (Date.parse(completionTime) < Date.parse(startTime)) {
      yield invalid(at.child('completionTime'), completionTime, 'must be equal to or after `startTime`');
    }
  }
  if ((condition('Failed') || value('failedIndexes')) && failed && !isTrue(status, 'FailureTarget')) {
    yield invalidUnshown(conditions, 'cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if (condition('Complete') || condition('SuccessCriteriaMet')) {
    if (complete && !isTrue(status, 'SuccessCriteriaMet')) {
      const why = 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition';
      yield invalidUnshown(conditions, why);
    }
  }
  if (!isFinished(status)) return;
  if ((finished || value('active')) && (status.active ?? 0) > 0) {
    yield invalid(at.child('active'), status.active, 'active>0 is invalid for finished job');
  }
  const nothingToDo = spec.suspend === true && spec.completions === 0;
  if ((finished || value('startTime')) && !nothingToDo && !startTime) {
    yield required(at.child('startTime'), 'startTime is required for finished job');
  }
  if ((finished || value('uncountedTerminatedPods')) && (uncounted?.failed?.length || uncounted?.succeeded?.length)) {
    const shown = internalValue(uncountedTerminatedPods, uncounted);
    yield invalid(at.child('uncountedTerminatedPods'), shown, 'must be empty for finished job');
  }
}

function* validateIndexes({ spec, status }: Job, old: Job): Iterable<FieldError> {
  const { value } = changes(status, old.status);
  const { completions, backoffLimitPerIndex } = spec;
  const { completedIndexes = '', failedIndexes } = status;
  const [completedAt, failedAt] = [at.child('completedIndexes'), at.child('failedIndexes')];
  const problem = (text: string) => {
    const parsed = completions === undefined ? [] : parseIndexes(text, completions);
    return typeof parsed === 'string' ? parsed : undefined;
  };
  if (value('completedIndexes')) {
    const why = problem(completedIndexes);
    if (why) yield invalid(completedAt, completedIndexes, `error parsing completedIndexes: ${why}`);
  }
  if (value('failedIndexes') && backoffLimitPerIndex !== undefined && failedIndexes !== undefined) {
    const why = problem(failedIndexes);
    if (why) yield invalid(failedAt, failedIndexes, `error parsing failedIndexes: ${why}`);
  }
  if (value('completedIndexes') && completedIndexes && spec.completionMode !== 'Indexed') {
    const why = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    yield invalid(completedAt, completedIndexes, why);
  }
  if (value('failedIndexes') && backoffLimitPerIndex === undefined && failedIndexes !== undefined) {
    yield invalid(failedAt, failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  }
  if ((value('failedIndexes') || value('completedIndexes')) && completions !== undefined) {
    const both = overlap(completedIndexes, failedIndexes ?? '', completions);
    if (both !== undefined) {
      yield invalid(failedAt, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${both}`);
    }
  }
}

function* validateRunning(next: JobStatus, old: JobStatus): Iterable<FieldError> {
  const { value, finished } = changes(next, old);
  if ((finished || value('terminating')) && (next.terminating ?? 0) > 0 && isFinished(next)) {
    yield invalid(at.child('terminating'), next.terminating, 'terminating>0 is invalid for finished job');
  }
  if ((value('ready') || value('active')) && (next.ready ?? 0) > (next.active ?? 0)) {
    yield invalid(at.child('ready'), next.ready, 'cannot set more ready pods than active');
  }
}

function* validateSuccess({ spec, status }: Job): Iterable<FieldError> {
  const here = at.child('conditions');
  const met = isTrue(status, 'SuccessCriteriaMet');
  if (met && isTrue(status, 'Failed')) {
    yield invalidUnshown(here, 'cannot set SuccessCriteriaMet=True and Failed=true conditions');
  }
  if (met && isTrue(status, 'FailureTarget')) {
    yield invalidUnshown(here, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  }
  if (spec.successPolicy && !met && isTrue(status, 'Complete')) {
    const why = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
    yield invalidUnshown(here, why);
  }
}

/** What can't be taken back. */
function* validateProgress({ spec, status: next }: Job, { status: old }: Job): Iterable<FieldError> {
  const here = at.child('conditions');
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (isTrue(old, type) && !isTrue(next, type)) {
      yield invalidUnshown(here, `cannot disable the terminal ${type}=True condition`);
    }
  }
  const fell = (name: 'failed' | 'succeeded') => (next[name] ?? 0) < (old[name] ?? 0);
  if (fell('failed')) yield invalid(at.child('failed'), next.failed ?? 0, 'cannot decrease the failed counter');
  // An indexed job that shrinks forgets the pods beyond its end.
  const shrinks = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!shrinks && fell('succeeded')) {
    yield invalid(at.child('succeeded'), next.succeeded ?? 0, 'cannot decrease the succeeded counter');
  }
  if (next.completionTime && old.completionTime && next.completionTime !== old.completionTime) {
    yield invalid(at.child('completionTime'), next.completionTime, 'field is immutable');
  }
  const resuming = isTrue(old, 'Suspended') && isFalse(next, 'Suspended');
  if (!resuming && old.startTime && next.startTime !== old.startTime && !spec.suspend) {
    yield invalid(at.child('startTime'), next.startTime, 'field is immutable for unsuspended job once set');
  }
  const [met, was] = [isTrue(next, 'SuccessCriteriaMet'), isTrue(old, 'SuccessCriteriaMet')];
  if (was && !met) yield invalidUnshown(here, 'cannot disable the SuccessCriteriaMet=True condition');
  if (isTrue(old, 'Complete') && !was && met) {
    const why = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    yield invalidUnshown(here, why);
  }
}
