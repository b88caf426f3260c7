import { s, type Struct } from '../../schema/index.ts';

const policyRuleShape = s.struct('io.k8s.api.rbac.v1.PolicyRule', {
  verbs: s.req(1, s.list(s.str())),
  apiGroups: s.zero(2, s.list(s.str())),
  resources: s.zero(3, s.list(s.str())),
  resourceNames: s.zero(4, s.list(s.str())),
  nonResourceURLs: s.zero(5, s.list(s.str())),
});
export interface PolicyRule extends s.Out<typeof policyRuleShape> {}
export interface PolicyRuleManifest extends s.In<typeof policyRuleShape> {}
export const policyRule: Struct<PolicyRule, PolicyRuleManifest> = policyRuleShape;

const roleRefShape = s.struct(
  'io.k8s.api.rbac.v1.RoleRef',
  {
    apiGroup: s.held(1, s.str()),
    kind: s.req(2, s.str()),
    name: s.req(3, s.str()),
  },
  {
    atomic: true,
    fill: (ref) => {
      ref.apiGroup ||= 'rbac.authorization.k8s.io';
    },
  },
);
export interface RoleRef extends s.Out<typeof roleRefShape> {}
export interface RoleRefManifest extends s.In<typeof roleRefShape> {}
export const roleRef: Struct<RoleRef, RoleRefManifest> = roleRefShape;

const subjectShape = s.struct(
  'io.k8s.api.rbac.v1.Subject',
  {
    kind: s.req(1, s.str()),
    // Service accounts have none; users and groups are RBAC's own words.
    apiGroup: s.zero(2, s.str(), {
      fill: ({ kind }) => (kind === 'User' || kind === 'Group' ? 'rbac.authorization.k8s.io' : undefined),
    }),
    name: s.req(3, s.str()),
    namespace: s.zero(4, s.str()),
  },
  { atomic: true },
);
export interface Subject extends s.Out<typeof subjectShape> {}
export interface SubjectManifest extends s.In<typeof subjectShape> {}
export const subject: Struct<Subject, SubjectManifest> = subjectShape;
