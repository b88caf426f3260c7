import { s, type Struct } from '../../schema/index.ts';

const taintShape = s.struct('io.k8s.api.core.v1.Taint', {
  key: s.req(1, s.str()),
  value: s.zero(2, s.str()),
  effect: s.req(3, s.oneOf('NoExecute', 'NoSchedule', 'PreferNoSchedule')),
  timeAdded: s.opt(4, s.time()),
});
export interface Taint extends s.Out<typeof taintShape> {}
export interface TaintManifest extends s.In<typeof taintShape> {}
export const taint: Struct<Taint, TaintManifest> = taintShape;

const tolerationShape = s.struct('io.k8s.api.core.v1.Toleration', {
  key: s.zero(1, s.str()),
  operator: s.zero(2, s.oneOf('Equal', 'Exists', 'Gt', 'Lt')),
  value: s.zero(3, s.str()),
  effect: s.zero(4, s.oneOf('NoExecute', 'NoSchedule', 'PreferNoSchedule')),
  tolerationSeconds: s.opt(5, s.int64()),
});
export interface Toleration extends s.Out<typeof tolerationShape> {}
export interface TolerationManifest extends s.In<typeof tolerationShape> {}
export const toleration: Struct<Toleration, TolerationManifest> = tolerationShape;
