import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { matchCondition } from './match-condition.ts';
import { matchResources } from './match-resources.ts';
import { paramKind } from './params.ts';
import { variable } from './variable.ts';
import { condition } from '../meta/condition.ts';
import { objectMeta } from '../meta/object-meta.ts';

const auditAnnotationShape = s.struct('io.k8s.api.admissionregistration.v1.AuditAnnotation', {
  key: s.req(1, s.str()),
  valueExpression: s.req(2, s.str()),
});
export interface AuditAnnotation extends s.Out<typeof auditAnnotationShape> {}
export interface AuditAnnotationManifest extends s.In<typeof auditAnnotationShape> {}
export const auditAnnotation: Struct<AuditAnnotation, AuditAnnotationManifest> = auditAnnotationShape;

const validationShape = s.struct('io.k8s.api.admissionregistration.v1.Validation', {
  expression: s.req(1, s.str()),
  message: s.zero(2, s.str()),
  reason: s.opt(3, s.str()),
  messageExpression: s.zero(4, s.str()),
});
export interface Validation extends s.Out<typeof validationShape> {}
export interface ValidationManifest extends s.In<typeof validationShape> {}
export const validation: Struct<Validation, ValidationManifest> = validationShape;

const validatingAdmissionPolicySpecShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec',
  {
    paramKind: s.opt(1, paramKind),
    matchConstraints: s.opt(2, matchResources),
    validations: s.zero(3, s.list(validation)),
    failurePolicy: s.opt(4, s.oneOf('Fail', 'Ignore')),
    auditAnnotations: s.zero(5, s.list(auditAnnotation)),
    matchConditions: s.zero(6, s.listByKey(matchCondition, ['name'], { patchKey: 'name' })),
    variables: s.zero(7, s.listByKey(variable, ['name'], { patchKey: 'name' })),
  },
);
export interface ValidatingAdmissionPolicySpec extends s.Out<typeof validatingAdmissionPolicySpecShape> {}
export interface ValidatingAdmissionPolicySpecManifest extends s.In<typeof validatingAdmissionPolicySpecShape> {}
export const validatingAdmissionPolicySpec: Struct<
  ValidatingAdmissionPolicySpec,
  ValidatingAdmissionPolicySpecManifest
> = validatingAdmissionPolicySpecShape;

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
  categories: ['api-extensions'],
  status: true,
  generation: true,
  unconditionalUpdate: false,
  schema: validatingAdmissionPolicyShape,
});
