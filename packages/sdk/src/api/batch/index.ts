export * from './cronjob.ts';
export * from './job.ts';
export * from './job-spec.ts';
export * from './job-status.ts';
