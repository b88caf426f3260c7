import { s, type Struct } from '../../schema/index.ts';
import { matchCondition } from './match-condition.ts';
import { matchResources } from './match-resources.ts';
import { paramKind } from './params.ts';
import { variable } from './variable.ts';

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
    failurePolicy: s.opt(4, s.oneOf('Fail', 'Ignore'), { fill: 'Fail' }),
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
