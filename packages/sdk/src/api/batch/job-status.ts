import { s, type Struct } from '../../schema/index.ts';

const jobConditionShape = s.struct('io.k8s.api.batch.v1.JobCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastProbeTime: s.held(3, s.time(), { nullable: true }),
  lastTransitionTime: s.held(4, s.time(), { nullable: true }),
  reason: s.zero(5, s.str()),
  message: s.zero(6, s.str()),
});
export interface JobCondition extends s.Out<typeof jobConditionShape> {}
export interface JobConditionManifest extends s.In<typeof jobConditionShape> {}
export const jobCondition: Struct<JobCondition, JobConditionManifest> = jobConditionShape;

const uncountedTerminatedPodsShape = s.struct('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  succeeded: s.zero(1, s.set(s.str())),
  failed: s.zero(2, s.set(s.str())),
});
export interface UncountedTerminatedPods extends s.Out<typeof uncountedTerminatedPodsShape> {}
export interface UncountedTerminatedPodsManifest extends s.In<typeof uncountedTerminatedPodsShape> {}
export const uncountedTerminatedPods: Struct<UncountedTerminatedPods, UncountedTerminatedPodsManifest> =
  uncountedTerminatedPodsShape;

const jobStatusShape = s.struct('io.k8s.api.batch.v1.JobStatus', {
  conditions: s.zero(1, s.list(jobCondition, { patchKey: 'type' })),
  startTime: s.opt(2, s.time()),
  completionTime: s.opt(3, s.time()),
  active: s.zero(4, s.int32()),
  succeeded: s.zero(5, s.int32()),
  failed: s.zero(6, s.int32()),
  terminating: s.opt(11, s.int32()),
  completedIndexes: s.zero(7, s.str()),
  failedIndexes: s.opt(10, s.str()),
  uncountedTerminatedPods: s.opt(8, uncountedTerminatedPods),
  ready: s.opt(9, s.int32()),
});
export interface JobStatus extends s.Out<typeof jobStatusShape> {}
export interface JobStatusManifest extends s.In<typeof jobStatusShape> {}
export const jobStatus: Struct<JobStatus, JobStatusManifest> = jobStatusShape;
