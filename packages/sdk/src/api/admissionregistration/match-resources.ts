import { s, type Struct } from '../../schema/index.ts';
import { namedRuleWithOperations } from './rules.ts';
import { labelSelector } from '../meta/label-selector.ts';

const matchResourcesShape = s.struct(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  {
    namespaceSelector: s.opt(1, labelSelector, { fill: {} }),
    objectSelector: s.opt(2, labelSelector, { fill: {} }),
    resourceRules: s.zero(3, s.list(namedRuleWithOperations)),
    excludeResourceRules: s.zero(4, s.list(namedRuleWithOperations)),
    matchPolicy: s.opt(7, s.oneOf('Equivalent', 'Exact'), { fill: 'Equivalent' }),
  },
  { atomic: true },
);
export interface MatchResources extends s.Out<typeof matchResourcesShape> {}
export interface MatchResourcesManifest extends s.In<typeof matchResourcesShape> {}
export const matchResources: Struct<MatchResources, MatchResourcesManifest> = matchResourcesShape;
