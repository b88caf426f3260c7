import { s, type Struct } from '../../schema/index.ts';
import { labelSelector } from '../meta/label-selector.ts';

const podDisruptionBudgetSpecShape = s.struct('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', {
  minAvailable: s.opt(1, s.intOrString()),
  selector: s.opt(2, labelSelector, { patch: 'replace' }),
  maxUnavailable: s.opt(3, s.intOrString()),
  unhealthyPodEvictionPolicy: s.opt(4, s.oneOf('AlwaysAllow', 'IfHealthyBudget')),
});
export interface PodDisruptionBudgetSpec extends s.Out<typeof podDisruptionBudgetSpecShape> {}
export interface PodDisruptionBudgetSpecManifest extends s.In<typeof podDisruptionBudgetSpecShape> {}
export const podDisruptionBudgetSpec: Struct<PodDisruptionBudgetSpec, PodDisruptionBudgetSpecManifest> =
  podDisruptionBudgetSpecShape;
