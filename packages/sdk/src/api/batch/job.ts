import { deepCopy } from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields } from '../../schema/index.ts';
import { dropGatedFields } from '../core/pod/gated-fields.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn, selectorText } from '../meta/columns.ts';
import { humanDuration } from '../meta/human-duration.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { jobSpec } from './job-spec.ts';
import { type JobStatus, jobStatus } from './job-status.ts';
import { isTrue } from './job-conditions.ts';
import { validateJob, validateJobChange } from './job-rules.ts';
import { generateSelector } from './job-selector.ts';
import { validateJobStatus } from './job-status-rules.ts';
import { jobWarnings } from './job-warnings.ts';

const jobShape = s.struct('io.k8s.api.batch.v1.Job', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, jobSpec),
  status: s.held(3, jobStatus),
});
export interface Job extends s.Out<typeof jobShape> {
  apiVersion?: string;
  kind?: string;
}
export interface JobManifest extends s.In<typeof jobShape> {
  apiVersion?: string;
  kind?: string;
}
export const job: Kind<Job, JobManifest> = defineKind<Job, JobManifest>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  categories: ['all'],
  status: {
    prepareForUpdate(next, old) {
      next.spec = deepCopy(old.spec);
    },
    validate: validateJobStatus,
  },
  generation: true,
  // What jobs did before there was a choice.
  orphanDependents: true,
  orphanWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  default: fillJob,
  prepareForCreate(made, { gates }) {
    generateSelector(made);
    dropGatedFields(made.spec.template.spec, { gates });
  },
  prepareForUpdate: ({ spec }, old, { gates }) =>
    dropGatedFields(spec.template.spec, { old: old.spec.template.spec, gates }),
  validate: validateJob,
  validateChange: validateJobChange,
  warnings: jobWarnings,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', description: 'Status of the job.', value: stateOf },
    { name: 'Completions', type: 'string', field: 'status.succeeded', value: completionsOf },
    {
      name: 'Duration',
      type: 'string',
      description: 'Time required to complete the job.',
      value: ({ status }, { now }) => durationOf(status, now),
    },
    ageColumn,
    ...containerColumns<Job>(({ spec }) => spec.template.spec),
    selectorColumn(({ spec }) => selectorText(spec.selector)),
  ],
  unknownField: (name) => `field label ${JSON.stringify(name)} not supported for Job`,
  fieldSelectors: { 'status.successful': ({ status }) => String(status.succeeded ?? 0) },
  schema: jobShape,
});

/** What a job of its own is given; the one in a cron job isn't, until it is made. */
function fillJob({ metadata, spec }: Job): void {
  const { template, podFailurePolicy: policy } = spec;
  const alone = spec.completions === undefined && spec.parallelism === undefined;
  setFields(jobSpec, spec, {
    ...(alone && { completions: 1 }),
    parallelism: spec.parallelism ?? 1,
    backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? 6 : 2147483647),
    completionMode: spec.completionMode ?? 'NonIndexed',
    suspend: spec.suspend ?? false,
    podReplacementPolicy: spec.podReplacementPolicy ?? (policy ? 'Failed' : 'TerminatingOrFailed'),
    manualSelector: spec.manualSelector ?? false,
  });
  // The very same, which what is generated for the template's pods is put in as well.
  const { labels } = template.metadata;
  if (labels && !Object.keys(metadata.labels ?? {}).length) setFields(objectMeta, metadata, { labels });
}

function stateOf({ metadata, status }: Job): string {
  if (isTrue(status, 'Complete')) return 'Complete';
  if (isTrue(status, 'Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => isTrue(status, type)) ?? 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf({ startTime, completionTime }: JobStatus, now: number): string {
  if (!startTime) return '';
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime));
}
