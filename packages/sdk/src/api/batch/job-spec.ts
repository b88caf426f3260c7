import { s, type Struct } from '../../schema/index.ts';
import { podTemplateSpec } from '../core/pod/pod-template.ts';
import { labelSelector } from '../meta/label-selector.ts';

const podFailurePolicyOnExitCodesRequirementShape = s.struct(
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement',
  {
    containerName: s.opt(1, s.str()),
    operator: s.req(2, s.oneOf('In', 'NotIn')),
    values: s.req(3, s.set(s.int32())),
  },
);
export interface PodFailurePolicyOnExitCodesRequirement extends s.Out<
  typeof podFailurePolicyOnExitCodesRequirementShape
> {}
export interface PodFailurePolicyOnExitCodesRequirementManifest extends s.In<
  typeof podFailurePolicyOnExitCodesRequirementShape
> {}
export const podFailurePolicyOnExitCodesRequirement: Struct<
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnExitCodesRequirementManifest
> = podFailurePolicyOnExitCodesRequirementShape;

const podFailurePolicyOnPodConditionsPatternShape = s.struct(
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
  {
    type: s.req(1, s.str()),
    status: s.held(2, s.str()),
  },
  { fill: (pattern) => void (pattern['status'] ||= 'True') },
);
export interface PodFailurePolicyOnPodConditionsPattern extends s.Out<
  typeof podFailurePolicyOnPodConditionsPatternShape
> {}
export interface PodFailurePolicyOnPodConditionsPatternManifest extends s.In<
  typeof podFailurePolicyOnPodConditionsPatternShape
> {}
export const podFailurePolicyOnPodConditionsPattern: Struct<
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyOnPodConditionsPatternManifest
> = podFailurePolicyOnPodConditionsPatternShape;

const podFailurePolicyRuleShape = s.struct('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: s.req(1, s.oneOf('Count', 'FailIndex', 'FailJob', 'Ignore')),
  onExitCodes: s.opt(2, podFailurePolicyOnExitCodesRequirement),
  onPodConditions: s.zero(3, s.list(podFailurePolicyOnPodConditionsPattern)),
});
export interface PodFailurePolicyRule extends s.Out<typeof podFailurePolicyRuleShape> {}
export interface PodFailurePolicyRuleManifest extends s.In<typeof podFailurePolicyRuleShape> {}
export const podFailurePolicyRule: Struct<PodFailurePolicyRule, PodFailurePolicyRuleManifest> =
  podFailurePolicyRuleShape;

const podFailurePolicyShape = s.struct('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: s.req(1, s.list(podFailurePolicyRule)),
});
export interface PodFailurePolicy extends s.Out<typeof podFailurePolicyShape> {}
export interface PodFailurePolicyManifest extends s.In<typeof podFailurePolicyShape> {}
export const podFailurePolicy: Struct<PodFailurePolicy, PodFailurePolicyManifest> = podFailurePolicyShape;

const successPolicyRuleShape = s.struct('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededIndexes: s.opt(1, s.str()),
  succeededCount: s.opt(2, s.int32()),
});
export interface SuccessPolicyRule extends s.Out<typeof successPolicyRuleShape> {}
export interface SuccessPolicyRuleManifest extends s.In<typeof successPolicyRuleShape> {}
export const successPolicyRule: Struct<SuccessPolicyRule, SuccessPolicyRuleManifest> = successPolicyRuleShape;

const successPolicyShape = s.struct('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: s.req(1, s.list(successPolicyRule)),
});
export interface SuccessPolicy extends s.Out<typeof successPolicyShape> {}
export interface SuccessPolicyManifest extends s.In<typeof successPolicyShape> {}
export const successPolicy: Struct<SuccessPolicy, SuccessPolicyManifest> = successPolicyShape;

const jobSpecShape = s.struct('io.k8s.api.batch.v1.JobSpec', {
  parallelism: s.opt(1, s.int32()),
  completions: s.opt(2, s.int32()),
  activeDeadlineSeconds: s.opt(3, s.int64()),
  podFailurePolicy: s.opt(11, podFailurePolicy),
  successPolicy: s.opt(16, successPolicy),
  backoffLimit: s.opt(7, s.int32()),
  backoffLimitPerIndex: s.opt(12, s.int32()),
  maxFailedIndexes: s.opt(13, s.int32()),
  selector: s.opt(4, labelSelector),
  manualSelector: s.opt(5, s.bool()),
  template: s.req(6, podTemplateSpec),
  ttlSecondsAfterFinished: s.opt(8, s.int32()),
  completionMode: s.opt(9, s.oneOf('Indexed', 'NonIndexed')),
  suspend: s.opt(10, s.bool()),
  podReplacementPolicy: s.opt(14, s.oneOf('Failed', 'TerminatingOrFailed')),
  managedBy: s.opt(15, s.str()),
});
export interface JobSpec extends s.Out<typeof jobSpecShape> {}
export interface JobSpecManifest extends s.In<typeof jobSpecShape> {}
export const jobSpec: Struct<JobSpec, JobSpecManifest> = jobSpecShape;
