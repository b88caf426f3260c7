import { defineKind, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { matchCondition } from './match-condition.ts';
import { matchResources } from './match-resources.ts';
import { paramKind } from './params.ts';
import { policyColumns } from './columns.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { mutatingPolicyRules } from './validation/mutating-policy.ts';
import { variable } from './variable.ts';
import { objectMeta } from '../meta/object-meta.ts';

const applyConfigurationShape = s.struct('io.k8s.api.admissionregistration.v1.ApplyConfiguration', {
  expression: s.zero(1, s.str()),
});
export interface ApplyConfiguration extends s.Out<typeof applyConfigurationShape> {}
export interface ApplyConfigurationManifest extends s.In<typeof applyConfigurationShape> {}
export const applyConfiguration: Struct<ApplyConfiguration, ApplyConfigurationManifest> = applyConfigurationShape;

const jsonPatchShape = s.struct('io.k8s.api.admissionregistration.v1.JSONPatch', {
  expression: s.zero(1, s.str()),
});
export interface JSONPatch extends s.Out<typeof jsonPatchShape> {}
export interface JSONPatchManifest extends s.In<typeof jsonPatchShape> {}
export const jsonPatch: Struct<JSONPatch, JSONPatchManifest> = jsonPatchShape;

const mutationShape = s.struct('io.k8s.api.admissionregistration.v1.Mutation', {
  patchType: s.req(2, s.oneOf('ApplyConfiguration', 'JSONPatch')),
  applyConfiguration: s.opt(3, applyConfiguration),
  jsonPatch: s.opt(4, jsonPatch),
});
export interface Mutation extends s.Out<typeof mutationShape> {}
export interface MutationManifest extends s.In<typeof mutationShape> {}
export const mutation: Struct<Mutation, MutationManifest> = mutationShape;

const mutatingAdmissionPolicySpecShape = s.struct('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec', {
  paramKind: s.opt(1, paramKind),
  matchConstraints: s.opt(2, matchResources),
  variables: s.zero(3, s.list(variable)),
  mutations: s.zero(4, s.list(mutation)),
  failurePolicy: s.opt(5, s.oneOf('Fail', 'Ignore'), { fill: 'Fail' }),
  matchConditions: s.zero(6, s.listByKey(matchCondition, ['name'], { patchKey: 'name' })),
  reinvocationPolicy: s.zero(7, s.oneOf('IfNeeded', 'Never')),
});
export interface MutatingAdmissionPolicySpec extends s.Out<typeof mutatingAdmissionPolicySpecShape> {}
export interface MutatingAdmissionPolicySpecManifest extends s.In<typeof mutatingAdmissionPolicySpecShape> {}
export const mutatingAdmissionPolicySpec: Struct<MutatingAdmissionPolicySpec, MutatingAdmissionPolicySpecManifest> =
  mutatingAdmissionPolicySpecShape;

const mutatingAdmissionPolicyShape = s.struct('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, mutatingAdmissionPolicySpec),
});
export interface MutatingAdmissionPolicy extends s.Out<typeof mutatingAdmissionPolicyShape> {
  apiVersion?: string;
  kind?: string;
}
export interface MutatingAdmissionPolicyManifest extends s.In<typeof mutatingAdmissionPolicyShape> {
  apiVersion?: string;
  kind?: string;
}
export const mutatingAdmissionPolicy: Kind<MutatingAdmissionPolicy, MutatingAdmissionPolicyManifest> = defineKind<
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyManifest
>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  scope: 'Cluster',
  anyFinalizer: true,
  updateRules: ['metadata', 'object'],
  storedAs: { version: 'v1beta1' },
  categories: ['api-extensions'],
  generation: true,
  unconditionalUpdate: false,
  schema: mutatingAdmissionPolicyShape,

  validate: mutatingPolicyRules,
  warnings: reservedNameWarnings,
  columns: policyColumns(
    {
      name: 'Mutations',
      description: 'Mutation indicates the number of mutations rules defined in this configuration',
    },
    ({ spec }) => spec.mutations?.length ?? 0,
  ),
});

export const mutatingAdmissionPolicyV1Beta1 = versionOf(mutatingAdmissionPolicy, 'v1beta1');
export const mutatingAdmissionPolicyV1Alpha1 = versionOf(mutatingAdmissionPolicy, 'v1alpha1', {
  deprecated: '1.35',
  removed: '1.38',
});
