import { s, type Struct } from '../../schema/index.ts';

const operation = s.oneOf('*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE');

const ruleFields = {
  operations: s.zero(1, s.list(operation)),
  ...s.embed(2, 'Rule', {
    apiGroups: s.zero(1, s.list(s.str())),
    apiVersions: s.zero(2, s.list(s.str())),
    resources: s.zero(3, s.list(s.str())),
    scope: s.opt(4, s.oneOf('*', 'Cluster', 'Namespaced'), { fill: '*' }),
  }),
};
const ruleWithOperationsShape = s.struct('io.k8s.api.admissionregistration.v1.RuleWithOperations', ruleFields);
export interface RuleWithOperations extends s.Out<typeof ruleWithOperationsShape> {}
export interface RuleWithOperationsManifest extends s.In<typeof ruleWithOperationsShape> {}
export const ruleWithOperations: Struct<RuleWithOperations, RuleWithOperationsManifest> = ruleWithOperationsShape;

const namedRuleWithOperationsShape = s.struct(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  {
    resourceNames: s.zero(1, s.list(s.str())),
    ...s.embed(2, 'RuleWithOperations', ruleFields),
  },
  { atomic: true },
);
export interface NamedRuleWithOperations extends s.Out<typeof namedRuleWithOperationsShape> {}
export interface NamedRuleWithOperationsManifest extends s.In<typeof namedRuleWithOperationsShape> {}
export const namedRuleWithOperations: Struct<NamedRuleWithOperations, NamedRuleWithOperationsManifest> =
  namedRuleWithOperationsShape;
