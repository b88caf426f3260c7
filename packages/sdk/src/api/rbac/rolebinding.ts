import { defineKind, type Kind, nameIsPathSegment, s } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { bindingChangeRules, bindingRules } from './binding-rules.ts';
import { roleRef, subject } from './policy-rule.ts';
import { subjectColumns } from './subject-columns.ts';

const roleBindingShape = s.struct('io.k8s.api.rbac.v1.RoleBinding', {
  metadata: s.held(1, objectMeta),
  subjects: s.zero(2, s.list(subject)),
  roleRef: s.req(3, roleRef),
});
export interface RoleBinding extends s.Out<typeof roleBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export interface RoleBindingManifest extends s.In<typeof roleBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export const roleBinding: Kind<RoleBinding, RoleBindingManifest> = defineKind<RoleBinding, RoleBindingManifest>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  createOnUpdate: true,
  validateName: nameIsPathSegment,
  schema: roleBindingShape,

  validateChange: bindingChangeRules,
  validate: (next) => bindingRules(next, { namespaced: true, kinds: ['Role', 'ClusterRole'] }),
  columns: [
    nameColumn,
    { name: 'Role', type: 'string', field: 'roleRef', value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
    ageColumn,
    ...subjectColumns('roleBinding'),
  ],
});
