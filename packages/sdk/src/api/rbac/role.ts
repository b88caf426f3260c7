import { defineKind, type Kind, nameIsPathSegment, s } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { policyRule } from './policy-rule.ts';
import { policyRules } from './policy-rules.ts';

const roleShape = s.struct('io.k8s.api.rbac.v1.Role', {
  metadata: s.held(1, objectMeta),
  rules: s.held(2, s.list(policyRule), { nullable: true }),
});
export interface Role extends s.Out<typeof roleShape> {
  apiVersion?: string;
  kind?: string;
}
export interface RoleManifest extends s.In<typeof roleShape> {
  apiVersion?: string;
  kind?: string;
}
export const role: Kind<Role, RoleManifest> = defineKind<Role, RoleManifest>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  createOnUpdate: true,
  validateName: nameIsPathSegment,
  schema: roleShape,

  validate: ({ rules }) => policyRules(rules, true),
});
