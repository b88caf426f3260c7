import { s, type Struct } from '../../schema/index.ts';

const conditionShape = s.struct('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  observedGeneration: s.zero(3, s.int64()),
  lastTransitionTime: s.req(4, s.time(), { nullable: true }),
  reason: s.req(5, s.str()),
  message: s.req(6, s.str()),
});
export interface Condition extends s.Out<typeof conditionShape> {}
export interface ConditionManifest extends s.In<typeof conditionShape> {}
export const condition: Struct<Condition, ConditionManifest> = conditionShape;
