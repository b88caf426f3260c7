import { defineKind, type Kind, nameIsPathSegment, s } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { bindingChangeRules, bindingRules } from './binding-rules.ts';
import { roleRef, subject } from './policy-rule.ts';
import { subjectColumns } from './subject-columns.ts';

const clusterRoleBindingShape = s.struct('io.k8s.api.rbac.v1.ClusterRoleBinding', {
  metadata: s.held(1, objectMeta),
  subjects: s.zero(2, s.list(subject)),
  roleRef: s.req(3, roleRef),
});
export interface ClusterRoleBinding extends s.Out<typeof clusterRoleBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ClusterRoleBindingManifest extends s.In<typeof clusterRoleBindingShape> {
  apiVersion?: string;
  kind?: string;
}
export const clusterRoleBinding: Kind<ClusterRoleBinding, ClusterRoleBindingManifest> = defineKind<
  ClusterRoleBinding,
  ClusterRoleBindingManifest
>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  createOnUpdate: true,
  validateName: nameIsPathSegment,
  schema: clusterRoleBindingShape,

  validateChange: bindingChangeRules,
  validate: (next) => bindingRules(next, { namespaced: false, kinds: ['ClusterRole'] }),
  columns: [
    nameColumn,
    { name: 'Role', type: 'string', field: 'roleRef', value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
    ageColumn,
    ...subjectColumns('clusterRoleBinding'),
  ],
});
