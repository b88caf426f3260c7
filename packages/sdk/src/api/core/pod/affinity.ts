import { s, type Struct } from '../../../schema/index.ts';
import { nodeSelector, preferredSchedulingTerm } from '../node-selector.ts';
import { labelSelector } from '../../meta/label-selector.ts';

const nodeAffinityShape = s.struct('io.k8s.api.core.v1.NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: s.opt(1, nodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: s.zero(2, s.list(preferredSchedulingTerm)),
});
export interface NodeAffinity extends s.Out<typeof nodeAffinityShape> {}
export interface NodeAffinityManifest extends s.In<typeof nodeAffinityShape> {}
export const nodeAffinity: Struct<NodeAffinity, NodeAffinityManifest> = nodeAffinityShape;

const podAffinityTermShape = s.struct('io.k8s.api.core.v1.PodAffinityTerm', {
  labelSelector: s.opt(1, labelSelector),
  namespaces: s.zero(2, s.list(s.str())),
  topologyKey: s.req(3, s.str()),
  namespaceSelector: s.opt(4, labelSelector),
  matchLabelKeys: s.zero(5, s.list(s.str())),
  mismatchLabelKeys: s.zero(6, s.list(s.str())),
});
export interface PodAffinityTerm extends s.Out<typeof podAffinityTermShape> {}
export interface PodAffinityTermManifest extends s.In<typeof podAffinityTermShape> {}
export const podAffinityTerm: Struct<PodAffinityTerm, PodAffinityTermManifest> = podAffinityTermShape;

const weightedPodAffinityTermShape = s.struct('io.k8s.api.core.v1.WeightedPodAffinityTerm', {
  weight: s.req(1, s.int32()),
  podAffinityTerm: s.req(2, podAffinityTerm),
});
export interface WeightedPodAffinityTerm extends s.Out<typeof weightedPodAffinityTermShape> {}
export interface WeightedPodAffinityTermManifest extends s.In<typeof weightedPodAffinityTermShape> {}
export const weightedPodAffinityTerm: Struct<WeightedPodAffinityTerm, WeightedPodAffinityTermManifest> =
  weightedPodAffinityTermShape;

const podAffinityShape = s.struct('io.k8s.api.core.v1.PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: s.zero(1, s.list(podAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: s.zero(2, s.list(weightedPodAffinityTerm)),
});
export interface PodAffinity extends s.Out<typeof podAffinityShape> {}
export interface PodAffinityManifest extends s.In<typeof podAffinityShape> {}
export const podAffinity: Struct<PodAffinity, PodAffinityManifest> = podAffinityShape;

const podAntiAffinityShape = s.struct('io.k8s.api.core.v1.PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: s.zero(1, s.list(podAffinityTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: s.zero(2, s.list(weightedPodAffinityTerm)),
});
export interface PodAntiAffinity extends s.Out<typeof podAntiAffinityShape> {}
export interface PodAntiAffinityManifest extends s.In<typeof podAntiAffinityShape> {}
export const podAntiAffinity: Struct<PodAntiAffinity, PodAntiAffinityManifest> = podAntiAffinityShape;

const affinityShape = s.struct('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: s.opt(1, nodeAffinity),
  podAffinity: s.opt(2, podAffinity),
  podAntiAffinity: s.opt(3, podAntiAffinity),
});
export interface Affinity extends s.Out<typeof affinityShape> {}
export interface AffinityManifest extends s.In<typeof affinityShape> {}
export const affinity: Struct<Affinity, AffinityManifest> = affinityShape;

const topologySpreadConstraintShape = s.struct('io.k8s.api.core.v1.TopologySpreadConstraint', {
  maxSkew: s.req(1, s.int32()),
  topologyKey: s.req(2, s.str()),
  whenUnsatisfiable: s.req(3, s.oneOf('DoNotSchedule', 'ScheduleAnyway')),
  labelSelector: s.opt(4, labelSelector),
  minDomains: s.opt(5, s.int32()),
  nodeAffinityPolicy: s.opt(6, s.oneOf('Honor', 'Ignore')),
  nodeTaintsPolicy: s.opt(7, s.oneOf('Honor', 'Ignore')),
  matchLabelKeys: s.zero(8, s.list(s.str())),
});
export interface TopologySpreadConstraint extends s.Out<typeof topologySpreadConstraintShape> {}
export interface TopologySpreadConstraintManifest extends s.In<typeof topologySpreadConstraintShape> {}
export const topologySpreadConstraint: Struct<TopologySpreadConstraint, TopologySpreadConstraintManifest> =
  topologySpreadConstraintShape;
