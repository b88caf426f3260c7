import { deepCopy } from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { cronJobWarnings, validateCronJob } from './cronjob-rules.ts';
import { jobSpec } from './job-spec.ts';
import { dropGatedFields } from '../core/pod/gated-fields.ts';
import { objectReference } from '../core/object-reference.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn, selectorText, since } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const jobTemplateSpecShape = s.struct('io.k8s.api.batch.v1.JobTemplateSpec', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, jobSpec),
});
export interface JobTemplateSpec extends s.Out<typeof jobTemplateSpecShape> {}
export interface JobTemplateSpecManifest extends s.In<typeof jobTemplateSpecShape> {}
export const jobTemplateSpec: Struct<JobTemplateSpec, JobTemplateSpecManifest> = jobTemplateSpecShape;

const cronJobSpecShape = s.struct('io.k8s.api.batch.v1.CronJobSpec', {
  schedule: s.req(1, s.str()),
  timeZone: s.opt(8, s.str()),
  startingDeadlineSeconds: s.opt(2, s.int64()),
  concurrencyPolicy: s.zero(3, s.oneOf('Allow', 'Forbid', 'Replace'), { fill: 'Allow' }),
  suspend: s.opt(4, s.bool(), { fill: false }),
  jobTemplate: s.req(5, jobTemplateSpec),
  successfulJobsHistoryLimit: s.opt(6, s.int32(), { fill: 3 }),
  failedJobsHistoryLimit: s.opt(7, s.int32(), { fill: 1 }),
});
export interface CronJobSpec extends s.Out<typeof cronJobSpecShape> {}
export interface CronJobSpecManifest extends s.In<typeof cronJobSpecShape> {}
export const cronJobSpec: Struct<CronJobSpec, CronJobSpecManifest> = cronJobSpecShape;

const cronJobStatusShape = s.struct('io.k8s.api.batch.v1.CronJobStatus', {
  active: s.zero(1, s.list(objectReference)),
  lastScheduleTime: s.opt(4, s.time()),
  lastSuccessfulTime: s.opt(5, s.time()),
});
export interface CronJobStatus extends s.Out<typeof cronJobStatusShape> {}
export interface CronJobStatusManifest extends s.In<typeof cronJobStatusShape> {}
export const cronJobStatus: Struct<CronJobStatus, CronJobStatusManifest> = cronJobStatusShape;

const cronJobShape = s.struct('io.k8s.api.batch.v1.CronJob', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, cronJobSpec),
  status: s.held(3, cronJobStatus),
});
export interface CronJob extends s.Out<typeof cronJobShape> {
  apiVersion?: string;
  kind?: string;
}
export interface CronJobManifest extends s.In<typeof cronJobShape> {
  apiVersion?: string;
  kind?: string;
}
export const cronJob: Kind<CronJob, CronJobManifest> = defineKind<CronJob, CronJobManifest>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  scope: 'Namespaced',
  shortNames: ['cj'],
  categories: ['all'],
  status: {
    updateRules: [],
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
  },
  generation: true,
  prepareForCreate: ({ spec }, { gates }) => dropGatedFields(spec.jobTemplate.spec.template.spec, { gates }),
  prepareForUpdate: ({ spec }, { spec: old }, { gates }) =>
    dropGatedFields(spec.jobTemplate.spec.template.spec, { old: old.jobTemplate.spec.template.spec, gates }),
  validate: validateCronJob,
  warnings: cronJobWarnings,
  columns: [
    nameColumn,
    { name: 'Schedule', type: 'string', field: 'spec.schedule', value: ({ spec }) => spec.schedule },
    { name: 'Timezone', type: 'string', field: 'spec.timeZone', value: ({ spec }) => spec.timeZone ?? '<none>' },
    // A string, whatever its type says.
    { name: 'Suspend', type: 'boolean', field: 'spec.suspend', value: ({ spec }) => (spec.suspend ? 'True' : 'False') },
    { name: 'Active', type: 'integer', field: 'status.active', value: ({ status }) => status.active?.length ?? 0 },
    {
      name: 'Last Schedule',
      type: 'string',
      field: 'status.lastScheduleTime',
      value: ({ status }, { now }) => (status.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>'),
    },
    ageColumn,
    ...containerColumns<CronJob>(({ spec }) => spec.jobTemplate.spec.template.spec),
    selectorColumn(({ spec }) => selectorText(spec.jobTemplate.spec.selector), 'spec.jobTemplate.spec.selector'),
  ],
  schema: cronJobShape,
});
