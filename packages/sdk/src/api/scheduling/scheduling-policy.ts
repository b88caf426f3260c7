import { s, type Struct } from '../../schema/index.ts';

const of = (name: string): string => `io.k8s.api.scheduling.v1alpha2.${name}`;

const basicShape = s.struct(of('BasicSchedulingPolicy'), {});
export interface BasicSchedulingPolicy extends s.Out<typeof basicShape> {}
export const basicSchedulingPolicy: Struct<BasicSchedulingPolicy> = basicShape;

const gangShape = s.struct(of('GangSchedulingPolicy'), { minCount: s.req(1, s.int32()) });
export interface GangSchedulingPolicy extends s.Out<typeof gangShape> {}
export const gangSchedulingPolicy: Struct<GangSchedulingPolicy> = gangShape;

const policyShape = s.struct(of('PodGroupSchedulingPolicy'), {
  basic: s.opt(1, basicSchedulingPolicy),
  gang: s.opt(2, gangSchedulingPolicy),
});
export interface PodGroupSchedulingPolicy extends s.Out<typeof policyShape> {}
export const podGroupSchedulingPolicy: Struct<PodGroupSchedulingPolicy> = policyShape;

const topologyShape = s.struct(of('TopologyConstraint'), { key: s.req(1, s.str()) });
export interface TopologyConstraint extends s.Out<typeof topologyShape> {}
export const topologyConstraint: Struct<TopologyConstraint> = topologyShape;

const constraintsShape = s.struct(of('PodGroupSchedulingConstraints'), {
  topology: s.zero(1, s.list(topologyConstraint)),
});
export interface PodGroupSchedulingConstraints extends s.Out<typeof constraintsShape> {}
export const podGroupSchedulingConstraints: Struct<PodGroupSchedulingConstraints> = constraintsShape;

const claimShape = s.struct(of('PodGroupResourceClaim'), {
  name: s.req(1, s.str()),
  resourceClaimName: s.opt(2, s.str()),
  resourceClaimTemplateName: s.opt(3, s.str()),
});
export interface PodGroupResourceClaim extends s.Out<typeof claimShape> {}
export const podGroupResourceClaim: Struct<PodGroupResourceClaim> = claimShape;

/** Claims of a group, each told by its name. */
export const groupClaims = s.listByKey(podGroupResourceClaim, ['name'], {
  patch: 'merge,retainKeys',
  patchKey: 'name',
});
