import { s, type Struct } from '../../schema/index.ts';

const matchConditionShape = s.struct('io.k8s.api.admissionregistration.v1.MatchCondition', {
  name: s.req(1, s.str()),
  expression: s.req(2, s.str()),
});
export interface MatchCondition extends s.Out<typeof matchConditionShape> {}
export interface MatchConditionManifest extends s.In<typeof matchConditionShape> {}
export const matchCondition: Struct<MatchCondition, MatchConditionManifest> = matchConditionShape;
