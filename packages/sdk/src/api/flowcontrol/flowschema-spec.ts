import { s, type Struct } from '../../schema/index.ts';

const flowDistinguisherMethodShape = s.struct('io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod', {
  type: s.req(1, s.str()),
});
export interface FlowDistinguisherMethod extends s.Out<typeof flowDistinguisherMethodShape> {}
export interface FlowDistinguisherMethodManifest extends s.In<typeof flowDistinguisherMethodShape> {}
export const flowDistinguisherMethod: Struct<FlowDistinguisherMethod, FlowDistinguisherMethodManifest> =
  flowDistinguisherMethodShape;

const priorityLevelConfigurationReferenceShape = s.struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
  {
    name: s.req(1, s.str()),
  },
);
export interface PriorityLevelConfigurationReference extends s.Out<typeof priorityLevelConfigurationReferenceShape> {}
export interface PriorityLevelConfigurationReferenceManifest extends s.In<
  typeof priorityLevelConfigurationReferenceShape
> {}
export const priorityLevelConfigurationReference: Struct<
  PriorityLevelConfigurationReference,
  PriorityLevelConfigurationReferenceManifest
> = priorityLevelConfigurationReferenceShape;

const nonResourcePolicyRuleShape = s.struct('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', {
  verbs: s.req(1, s.set(s.str())),
  nonResourceURLs: s.req(6, s.set(s.str())),
});
export interface NonResourcePolicyRule extends s.Out<typeof nonResourcePolicyRuleShape> {}
export interface NonResourcePolicyRuleManifest extends s.In<typeof nonResourcePolicyRuleShape> {}
export const nonResourcePolicyRule: Struct<NonResourcePolicyRule, NonResourcePolicyRuleManifest> =
  nonResourcePolicyRuleShape;

const resourcePolicyRuleShape = s.struct('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', {
  verbs: s.req(1, s.set(s.str())),
  apiGroups: s.req(2, s.set(s.str())),
  resources: s.req(3, s.set(s.str())),
  clusterScope: s.zero(4, s.bool()),
  namespaces: s.held(5, s.set(s.str())),
});
export interface ResourcePolicyRule extends s.Out<typeof resourcePolicyRuleShape> {}
export interface ResourcePolicyRuleManifest extends s.In<typeof resourcePolicyRuleShape> {}
export const resourcePolicyRule: Struct<ResourcePolicyRule, ResourcePolicyRuleManifest> = resourcePolicyRuleShape;

const groupSubjectShape = s.struct('io.k8s.api.flowcontrol.v1.GroupSubject', {
  name: s.req(1, s.str()),
});
export interface GroupSubject extends s.Out<typeof groupSubjectShape> {}
export interface GroupSubjectManifest extends s.In<typeof groupSubjectShape> {}
export const groupSubject: Struct<GroupSubject, GroupSubjectManifest> = groupSubjectShape;

const serviceAccountSubjectShape = s.struct('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', {
  namespace: s.req(1, s.str()),
  name: s.req(2, s.str()),
});
export interface ServiceAccountSubject extends s.Out<typeof serviceAccountSubjectShape> {}
export interface ServiceAccountSubjectManifest extends s.In<typeof serviceAccountSubjectShape> {}
export const serviceAccountSubject: Struct<ServiceAccountSubject, ServiceAccountSubjectManifest> =
  serviceAccountSubjectShape;

const userSubjectShape = s.struct('io.k8s.api.flowcontrol.v1.UserSubject', {
  name: s.req(1, s.str()),
});
export interface UserSubject extends s.Out<typeof userSubjectShape> {}
export interface UserSubjectManifest extends s.In<typeof userSubjectShape> {}
export const userSubject: Struct<UserSubject, UserSubjectManifest> = userSubjectShape;

const flowcontrolSubjectShape = s.struct(
  'io.k8s.api.flowcontrol.v1.Subject',
  {
    kind: s.req(1, s.str()),
    user: s.opt(2, userSubject),
    group: s.opt(3, groupSubject),
    serviceAccount: s.opt(4, serviceAccountSubject),
  },
  { unions: [{ discriminator: 'kind', members: { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' } }] },
);
export interface FlowcontrolSubject extends s.Out<typeof flowcontrolSubjectShape> {}
export interface FlowcontrolSubjectManifest extends s.In<typeof flowcontrolSubjectShape> {}
export const flowcontrolSubject: Struct<FlowcontrolSubject, FlowcontrolSubjectManifest> = flowcontrolSubjectShape;

const policyRulesWithSubjectsShape = s.struct('io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects', {
  subjects: s.req(1, s.list(flowcontrolSubject)),
  resourceRules: s.zero(2, s.list(resourcePolicyRule)),
  nonResourceRules: s.zero(3, s.list(nonResourcePolicyRule)),
});
export interface PolicyRulesWithSubjects extends s.Out<typeof policyRulesWithSubjectsShape> {}
export interface PolicyRulesWithSubjectsManifest extends s.In<typeof policyRulesWithSubjectsShape> {}
export const policyRulesWithSubjects: Struct<PolicyRulesWithSubjects, PolicyRulesWithSubjectsManifest> =
  policyRulesWithSubjectsShape;

const flowSchemaSpecShape = s.struct(
  'io.k8s.api.flowcontrol.v1.FlowSchemaSpec',
  {
    priorityLevelConfiguration: s.req(1, priorityLevelConfigurationReference),
    matchingPrecedence: s.held(2, s.int32()),
    distinguisherMethod: s.opt(3, flowDistinguisherMethod),
    rules: s.zero(4, s.list(policyRulesWithSubjects)),
  },
  { fill: (spec) => (spec['matchingPrecedence'] ||= 1000) },
);
export interface FlowSchemaSpec extends s.Out<typeof flowSchemaSpecShape> {}
export interface FlowSchemaSpecManifest extends s.In<typeof flowSchemaSpecShape> {}
export const flowSchemaSpec: Struct<FlowSchemaSpec, FlowSchemaSpecManifest> = flowSchemaSpecShape;
