import { s, type Struct } from '../../schema/index.ts';

const operation = s.oneOf('*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE');

const ruleWithOperationsShape = s.struct('io.k8s.api.admissionregistration.v1.RuleWithOperations', {
  operations: s.zero(1, s.list(operation)),
  apiGroups: s.zero([2, 1], s.list(s.str())),
  apiVersions: s.zero([2, 2], s.list(s.str())),
  resources: s.zero([2, 3], s.list(s.str())),
  scope: s.opt([2, 4], s.oneOf('*', 'Cluster', 'Namespaced'), { fill: '*' }),
});
export interface RuleWithOperations extends s.Out<typeof ruleWithOperationsShape> {}
export interface RuleWithOperationsManifest extends s.In<typeof ruleWithOperationsShape> {}
export const ruleWithOperations: Struct<RuleWithOperations, RuleWithOperationsManifest> = ruleWithOperationsShape;

const namedRuleWithOperationsShape = s.struct(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  {
    resourceNames: s.zero(1, s.list(s.str())),
    operations: s.zero([2, 1], s.list(operation)),
    apiGroups: s.zero([2, 2, 1], s.list(s.str())),
    apiVersions: s.zero([2, 2, 2], s.list(s.str())),
    resources: s.zero([2, 2, 3], s.list(s.str())),
    scope: s.opt([2, 2, 4], s.oneOf('*', 'Cluster', 'Namespaced'), { fill: '*' }),
  },
  { atomic: true },
);
export interface NamedRuleWithOperations extends s.Out<typeof namedRuleWithOperationsShape> {}
export interface NamedRuleWithOperationsManifest extends s.In<typeof namedRuleWithOperationsShape> {}
export const namedRuleWithOperations: Struct<NamedRuleWithOperations, NamedRuleWithOperationsManifest> =
  namedRuleWithOperationsShape;
