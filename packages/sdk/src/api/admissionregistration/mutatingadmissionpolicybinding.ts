import { defineKind, type Kind, s, setFields, type Struct, versionOf } from '../../schema/index.ts';
import { matchResources } from './match-resources.ts';
import { bindingColumns } from './columns.ts';
import { paramRef } from './params.ts';
import { reservedNameWarnings } from './reserved-names.ts';
import { mutatingBindingRules } from './validation/bindings.ts';
import { objectMeta } from '../meta/object-meta.ts';

const mutatingAdmissionPolicyBindingSpecShape = s.struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec',
  {
    policyName: s.zero(1, s.str()),
    paramRef: s.opt(2, paramRef),
    matchResources: s.opt(3, matchResources),
  },
);
export interface MutatingAdmissionPolicyBindingSpec extends s.Out<typeof mutatingAdmissionPolicyBindingSpecShape> {}
export interface MutatingAdmissionPolicyBindingSpecManifest extends s.In<
  typeof mutatingAdmissionPolicyBindingSpecShape
> {}
export const mutatingAdmissionPolicyBindingSpec: Struct<
  MutatingAdmissionPolicyBindingSpec,
  MutatingAdmissionPolicyBindingSpecManifest
> = mutatingAdmissionPolicyBindingSpecShape;

const mutatingAdmissionPolicyBindingShape = s.struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
  {
    metadata: s.held(1, objectMeta),
    spec: s.held(2, mutatingAdmissionPolicyBindingSpec),
  },
);
export interface MutatingAdmissionPolicyBinding extends s.Out<typeof mutatingAdmissionPolicyBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export interface MutatingAdmissionPolicyBindingManifest extends s.In<typeof mutatingAdmissionPolicyBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export const mutatingAdmissionPolicyBinding: Kind<
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingManifest
> = defineKind<MutatingAdmissionPolicyBinding, MutatingAdmissionPolicyBindingManifest>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  scope: 'Cluster',
  anyFinalizer: true,
  updateRules: ['metadata', 'object'],
  storedAs: { version: 'v1beta1' },
  categories: ['api-extensions'],
  generation: true,
  unconditionalUpdate: false,
  schema: mutatingAdmissionPolicyBindingShape,

  validate: mutatingBindingRules,
  warnings: reservedNameWarnings,
  columns: bindingColumns,
});

export const mutatingAdmissionPolicyBindingV1Beta1 = versionOf(mutatingAdmissionPolicyBinding, 'v1beta1');
export const mutatingAdmissionPolicyBindingV1Alpha1 = {
  ...versionOf(mutatingAdmissionPolicyBinding, 'v1alpha1', { deprecated: '1.35', removed: '1.38' }),
  // Later versions want to be told.
  default({ spec: { paramRef: ref } }: MutatingAdmissionPolicyBinding): void {
    if (ref) setFields(paramRef, ref, { parameterNotFoundAction: ref.parameterNotFoundAction ?? 'Deny' });
  },
};
