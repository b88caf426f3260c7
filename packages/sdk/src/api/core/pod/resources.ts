import { s, type Struct } from '../../../schema/index.ts';

const containerResourceClaimShape = s.struct('io.k8s.api.core.v1.ResourceClaim', {
  name: s.req(1, s.str()),
  request: s.zero(2, s.str()),
});
export interface ContainerResourceClaim extends s.Out<typeof containerResourceClaimShape> {}
export interface ContainerResourceClaimManifest extends s.In<typeof containerResourceClaimShape> {}
export const containerResourceClaim: Struct<ContainerResourceClaim, ContainerResourceClaimManifest> =
  containerResourceClaimShape;

const resourceRequirementsShape = s.struct('io.k8s.api.core.v1.ResourceRequirements', {
  limits: s.zero(1, s.amounts()),
  requests: s.zero(2, s.amounts()),
  claims: s.zero(3, s.listByKey(containerResourceClaim, ['name'])),
});
export interface ResourceRequirements extends s.Out<typeof resourceRequirementsShape> {}
export interface ResourceRequirementsManifest extends s.In<typeof resourceRequirementsShape> {}
export const resourceRequirements: Struct<ResourceRequirements, ResourceRequirementsManifest> =
  resourceRequirementsShape;

const containerResizePolicyShape = s.struct('io.k8s.api.core.v1.ContainerResizePolicy', {
  resourceName: s.req(1, s.str()),
  restartPolicy: s.req(2, s.str()),
});
export interface ContainerResizePolicy extends s.Out<typeof containerResizePolicyShape> {}
export interface ContainerResizePolicyManifest extends s.In<typeof containerResizePolicyShape> {}
export const containerResizePolicy: Struct<ContainerResizePolicy, ContainerResizePolicyManifest> =
  containerResizePolicyShape;

const volumeResourceRequirementsShape = s.struct('io.k8s.api.core.v1.VolumeResourceRequirements', {
  limits: s.zero(1, s.amounts()),
  requests: s.zero(2, s.amounts()),
});
export interface VolumeResourceRequirements extends s.Out<typeof volumeResourceRequirementsShape> {}
export interface VolumeResourceRequirementsManifest extends s.In<typeof volumeResourceRequirementsShape> {}
export const volumeResourceRequirements: Struct<VolumeResourceRequirements, VolumeResourceRequirementsManifest> =
  volumeResourceRequirementsShape;

const podResourceClaimShape = s.struct('io.k8s.api.core.v1.PodResourceClaim', {
  name: s.req(1, s.str()),
  resourceClaimName: s.opt(3, s.str()),
  resourceClaimTemplateName: s.opt(4, s.str()),
});
export interface PodResourceClaim extends s.Out<typeof podResourceClaimShape> {}
export interface PodResourceClaimManifest extends s.In<typeof podResourceClaimShape> {}
export const podResourceClaim: Struct<PodResourceClaim, PodResourceClaimManifest> = podResourceClaimShape;
