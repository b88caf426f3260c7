import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { condition } from '../meta/condition.ts';
import { labelSelector } from '../meta/label-selector.ts';
import { objectMeta } from '../meta/object-meta.ts';

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

const podDisruptionBudgetStatusShape = s.struct('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: s.zero(1, s.int64()),
  disruptedPods: s.zero(2, s.map(s.time())),
  disruptionsAllowed: s.held(3, s.int32()),
  currentHealthy: s.held(4, s.int32()),
  desiredHealthy: s.held(5, s.int32()),
  expectedPods: s.held(6, s.int32()),
  conditions: s.zero(7, s.listByKey(condition, ['type'], { patchKey: 'type' })),
});
export interface PodDisruptionBudgetStatus extends s.Out<typeof podDisruptionBudgetStatusShape> {}
export interface PodDisruptionBudgetStatusManifest extends s.In<typeof podDisruptionBudgetStatusShape> {}
export const podDisruptionBudgetStatus: Struct<PodDisruptionBudgetStatus, PodDisruptionBudgetStatusManifest> =
  podDisruptionBudgetStatusShape;

const podDisruptionBudgetShape = s.struct('io.k8s.api.policy.v1.PodDisruptionBudget', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, podDisruptionBudgetSpec),
  status: s.held(3, podDisruptionBudgetStatus),
});
export interface PodDisruptionBudget extends s.Out<typeof podDisruptionBudgetShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PodDisruptionBudgetManifest extends s.In<typeof podDisruptionBudgetShape> {
  apiVersion?: string;
  kind?: string;
}
export const podDisruptionBudget: Kind<PodDisruptionBudget, PodDisruptionBudgetManifest> = defineKind<
  PodDisruptionBudget,
  PodDisruptionBudgetManifest
>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  scope: 'Namespaced',
  shortNames: ['pdb'],
  status: true,
  generation: true,
  unconditionalUpdate: false,
  schema: podDisruptionBudgetShape,
});
