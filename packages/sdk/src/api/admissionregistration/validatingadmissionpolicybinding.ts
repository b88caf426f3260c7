import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { matchResources } from './match-resources.ts';
import { bindingColumns } from './columns.ts';
import { paramRef } from './params.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { validatingBindingRules } from './validation/bindings.ts';
import { objectMeta } from '../meta/object-meta.ts';

const validatingAdmissionPolicyBindingSpecShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec',
  {
    policyName: s.needed(1, s.str()),
    paramRef: s.opt(2, paramRef),
    matchResources: s.opt(3, matchResources),
    validationActions: s.needed(4, s.set(s.oneOf('Audit', 'Deny', 'Warn'))),
  },
);
export interface ValidatingAdmissionPolicyBindingSpec extends s.Out<typeof validatingAdmissionPolicyBindingSpecShape> {}
export interface ValidatingAdmissionPolicyBindingSpecManifest extends s.In<
  typeof validatingAdmissionPolicyBindingSpecShape
> {}
export const validatingAdmissionPolicyBindingSpec: Struct<
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicyBindingSpecManifest
> = validatingAdmissionPolicyBindingSpecShape;

const validatingAdmissionPolicyBindingShape = s.struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  {
    metadata: s.held(1, objectMeta),
    spec: s.req(2, validatingAdmissionPolicyBindingSpec),
  },
);
export interface ValidatingAdmissionPolicyBinding extends s.Out<typeof validatingAdmissionPolicyBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ValidatingAdmissionPolicyBindingManifest extends s.In<typeof validatingAdmissionPolicyBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export const validatingAdmissionPolicyBinding: Kind<
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingManifest
> = defineKind<ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingManifest>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  scope: 'Cluster',
  anyFinalizer: true,
  updateRules: ['metadata', 'object'],
  categories: ['api-extensions'],
  generation: true,
  unconditionalUpdate: false,
  schema: validatingAdmissionPolicyBindingShape,

  validate: validatingBindingRules,
  warnings: reservedNameWarnings,
  columns: bindingColumns,
});
