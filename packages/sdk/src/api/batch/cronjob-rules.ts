import {
  field,
  type FieldError,
  invalid,
  nonNegative,
  notSupported,
  type Path,
  requiredOneOf,
  required,
} from '../../machinery/index.ts';
import { nameWarning } from '../core/pod/warnings/pod-warnings.ts';
import type { CronJob, CronJobSpec, JobTemplateSpec } from './cronjob.ts';
import { isTimeZone, parseSchedule } from './cron-schedule.ts';
import type { Gates, RuleGates } from '../../schema/index.ts';
import { type JobBefore, validateJobSpec } from './job-rules.ts';
import { jobSpecWarnings, nameUse } from './job-warnings.ts';

const at = field('spec');
/** A job's name is its cron job's and eleven characters more. */
const maxName = 52;

export function* validateCronJob(
  { metadata, spec }: CronJob,
  old?: CronJob,
  { gates }: RuleGates = {},
): Iterable<FieldError> {
  yield* validateSpec(spec, old?.spec, gates);
  const { name = '' } = metadata;
  if (!old && name.length > maxName) {
    yield invalid(field('metadata', 'name'), name, `must be no more than ${maxName} characters`);
  }
}

function* validateSpec(spec: CronJobSpec, old?: CronJobSpec, gates?: Gates): Iterable<FieldError> {
  if (!spec.schedule) yield required(at.child('schedule'));
  else yield* validateSchedule(spec, at.child('schedule'), old);
  yield* nonNegative(spec.startingDeadlineSeconds, at.child('startingDeadlineSeconds'));
  if (!old || old.timeZone !== spec.timeZone) yield* validateTimeZone(spec.timeZone, at.child('timeZone'));
  yield* requiredOneOf(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], at.child('concurrencyPolicy'));
  yield* validateJobTemplate(spec.jobTemplate, at.child('jobTemplate'), { old: old?.jobTemplate.spec, gates });
  yield* nonNegative(spec.successfulJobsHistoryLimit, at.child('successfulJobsHistoryLimit'));
  yield* nonNegative(spec.failedJobsHistoryLimit, at.child('failedJobsHistoryLimit'));
}

function* validateSchedule({ schedule, timeZone }: CronJobSpec, here: Path, old?: CronJobSpec): Iterable<FieldError> {
  try {
    parseSchedule(schedule);
  } catch (err) {
    yield invalid(here, schedule, (err as Error).message);
  }
  if (!schedule.includes('TZ')) return;
  // Those that have always had a zone in the schedule may keep it there.
  if (!old?.schedule.includes('TZ')) {
    yield invalid(here, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  } else if (timeZone !== undefined) {
    yield invalid(here, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  }
}

function* validateTimeZone(zone: string | undefined, here: Path): Iterable<FieldError> {
  if (zone === undefined) return;
  if (!zone) return yield invalid(here, zone, 'timeZone must be nil or non-empty string');
  const unknown = invalid(here, zone, `unknown time zone ${zone}`);
  for (const part of zone.split('/')) {
    if (part === '.' || part === '..' || part.startsWith('-') || !/^[-A-Za-z._0-9+]{1,14}$/.test(part)) {
      return yield unknown;
    }
  }
  if (zone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    yield invalid(here, zone, why);
  }
  if (!isTimeZone(zone)) yield unknown;
}

function* validateJobTemplate({ spec }: JobTemplateSpec, here: Path, before: JobBefore): Iterable<FieldError> {
  yield* validateJobSpec(spec, here.child('spec'), before);
  if (spec.selector) yield invalid(here.child('spec', 'selector'), spec.selector, '`selector` will be auto-generated');
  if (spec.manualSelector) yield notSupported(here.child('spec', 'manualSelector'), true, ['nil', 'false']);
}

export function* cronJobWarnings({ metadata, spec }: CronJob, old?: CronJob): Iterable<string> {
  if (!old) yield* nameWarning(metadata, nameUse);
  if (metadata.generation !== old?.metadata.generation) {
    yield* jobSpecWarnings(spec.jobTemplate.spec, field('spec', 'jobTemplate', 'spec'));
  }
  if (old && spec.schedule.includes('TZ')) {
    yield 'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';
  }
}
