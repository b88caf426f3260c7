import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { policyColumns } from './columns.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { validatingPolicyRules, validatingPolicyStatusRules } from './validation/validating-policy.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { validatingAdmissionPolicySpec } from './validating-policy-spec.ts';

const expressionWarningShape = s.struct('io.k8s.api.admissionregistration.v1.ExpressionWarning', {
  fieldRef: s.req(2, s.str()),
  warning: s.req(3, s.str()),
});
export interface ExpressionWarning extends s.Out<typeof expressionWarningShape> {}
export interface ExpressionWarningManifest extends s.In<typeof expressionWarningShape> {}
export const expressionWarning: Struct<ExpressionWarning, ExpressionWarningManifest> = expressionWarningShape;

const typeCheckingShape = s.struct('io.k8s.api.admissionregistration.v1.TypeChecking', {
  expressionWarnings: s.zero(1, s.list(expressionWarning)),
});
export interface TypeChecking extends s.Out<typeof typeCheckingShape> {}
export interface TypeCheckingManifest extends s.In<typeof typeCheckingShape> {}
export const typeChecking: Struct<TypeChecking, TypeCheckingManifest> = typeCheckingShape;

const validatingAdmissionPolicyStatusShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus',
  {
    observedGeneration: s.zero(1, s.int64()),
    typeChecking: s.opt(2, typeChecking),
    conditions: s.zero(3, s.listByKey(condition, ['type'])),
  },
);
export interface ValidatingAdmissionPolicyStatus extends s.Out<typeof validatingAdmissionPolicyStatusShape> {}
export interface ValidatingAdmissionPolicyStatusManifest extends s.In<typeof validatingAdmissionPolicyStatusShape> {}
export const validatingAdmissionPolicyStatus: Struct<
  ValidatingAdmissionPolicyStatus,
  ValidatingAdmissionPolicyStatusManifest
> = validatingAdmissionPolicyStatusShape;

const validatingAdmissionPolicyShape = s.struct('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, validatingAdmissionPolicySpec),
  status: s.held(3, validatingAdmissionPolicyStatus),
});
export interface ValidatingAdmissionPolicy extends s.Out<typeof validatingAdmissionPolicyShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ValidatingAdmissionPolicyManifest extends s.In<typeof validatingAdmissionPolicyShape> {
  apiVersion?: string;
  kind?: string;
}
export const validatingAdmissionPolicy: Kind<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyManifest> = defineKind<
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyManifest
>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  scope: 'Cluster',
  anyFinalizer: true,
  updateRules: ['metadata', 'object'],
  categories: ['api-extensions'],
  status: { prepareForUpdate: keepAllButStatus, validate: validatingPolicyStatusRules },
  resetFields: statusOnlyResetFields,
  generation: true,
  unconditionalUpdate: false,
  schema: validatingAdmissionPolicyShape,

  validate: validatingPolicyRules,
  warnings: reservedNameWarnings,
  columns: policyColumns(
    {
      name: 'Validations',
      description: 'Validations indicates the number of validation rules defined in this configuration',
    },
    ({ spec }) => spec.validations?.length ?? 0,
  ),
});
