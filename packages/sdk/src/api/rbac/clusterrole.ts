import { field, invalid, required } from '../../machinery/index.ts';
import { defineKind, type Kind, nameIsPathSegment, s, type Struct } from '../../schema/index.ts';
import { isUsableSelector, validateLabelSelector } from '../meta/label-selector-rules.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { policyRule } from './policy-rule.ts';
import { policyRules } from './policy-rules.ts';

const aggregationRuleShape = s.struct('io.k8s.api.rbac.v1.AggregationRule', {
  clusterRoleSelectors: s.zero(1, s.list(labelSelector)),
});
export interface AggregationRule extends s.Out<typeof aggregationRuleShape> {}
export interface AggregationRuleManifest extends s.In<typeof aggregationRuleShape> {}
export const aggregationRule: Struct<AggregationRule, AggregationRuleManifest> = aggregationRuleShape;

const clusterRoleShape = s.struct('io.k8s.api.rbac.v1.ClusterRole', {
  metadata: s.held(1, objectMeta),
  rules: s.held(2, s.list(policyRule), { nullable: true }),
  aggregationRule: s.opt(3, aggregationRule),
});
export interface ClusterRole extends s.Out<typeof clusterRoleShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ClusterRoleManifest extends s.In<typeof clusterRoleShape> {
  apiVersion?: string;
  kind?: string;
}
export const clusterRole: Kind<ClusterRole, ClusterRoleManifest> = defineKind<ClusterRole, ClusterRoleManifest>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  createOnUpdate: true,
  validateName: nameIsPathSegment,
  schema: clusterRoleShape,

  *validate({ rules, aggregationRule }, old) {
    yield* policyRules(rules, false);
    if (!aggregationRule) return;
    const at = field('aggregationRule', 'clusterRoleSelectors');
    const { clusterRoleSelectors = [] } = aggregationRule;
    // Values that were stored so may stay.
    const before = old?.aggregationRule?.clusterRoleSelectors ?? [];
    const allowInvalidValues = before.some((selector) => !isUsableSelector(selector));
    if (!clusterRoleSelectors.length) {
      yield required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
    }
    for (const [i, selector] of clusterRoleSelectors.entries()) {
      const problems = [...validateLabelSelector(selector, at.index(i), { allowInvalidValues })];
      yield* problems;
      if (problems.length) yield invalid(at.index(i), null, 'invalid label selector.');
    }
  },
});
