import { s, type Struct } from '../../../schema/index.ts';
import { containerStatus } from './container-status.ts';
import { resourceRequirements } from './resources.ts';

const podConditionShape = s.struct('io.k8s.api.core.v1.PodCondition', {
  type: s.req(1, s.str()),
  observedGeneration: s.zero(7, s.int64()),
  status: s.req(2, s.str()),
  lastProbeTime: s.held(3, s.time(), { nullable: true }),
  lastTransitionTime: s.held(4, s.time(), { nullable: true }),
  reason: s.zero(5, s.str()),
  message: s.zero(6, s.str()),
});
export interface PodCondition extends s.Out<typeof podConditionShape> {}
export interface PodConditionManifest extends s.In<typeof podConditionShape> {}
export const podCondition: Struct<PodCondition, PodConditionManifest> = podConditionShape;

const podIPShape = s.struct('io.k8s.api.core.v1.PodIP', {
  ip: s.req(1, s.str()),
});
export interface PodIP extends s.Out<typeof podIPShape> {}
export interface PodIPManifest extends s.In<typeof podIPShape> {}
export const podIP: Struct<PodIP, PodIPManifest> = podIPShape;

const hostIPShape = s.struct('io.k8s.api.core.v1.HostIP', {
  ip: s.req(1, s.str()),
});
export interface HostIP extends s.Out<typeof hostIPShape> {}
export interface HostIPManifest extends s.In<typeof hostIPShape> {}
export const hostIP: Struct<HostIP, HostIPManifest> = hostIPShape;

const podResourceClaimStatusShape = s.struct('io.k8s.api.core.v1.PodResourceClaimStatus', {
  name: s.req(1, s.str()),
  resourceClaimName: s.opt(2, s.str()),
});
export interface PodResourceClaimStatus extends s.Out<typeof podResourceClaimStatusShape> {}
export interface PodResourceClaimStatusManifest extends s.In<typeof podResourceClaimStatusShape> {}
export const podResourceClaimStatus: Struct<PodResourceClaimStatus, PodResourceClaimStatusManifest> =
  podResourceClaimStatusShape;

const containerExtendedResourceRequestShape = s.struct('io.k8s.api.core.v1.ContainerExtendedResourceRequest', {
  containerName: s.req(1, s.str()),
  resourceName: s.req(2, s.str()),
  requestName: s.req(3, s.str()),
});
export interface ContainerExtendedResourceRequest extends s.Out<typeof containerExtendedResourceRequestShape> {}
export interface ContainerExtendedResourceRequestManifest extends s.In<typeof containerExtendedResourceRequestShape> {}
export const containerExtendedResourceRequest: Struct<
  ContainerExtendedResourceRequest,
  ContainerExtendedResourceRequestManifest
> = containerExtendedResourceRequestShape;

const podExtendedResourceClaimStatusShape = s.struct('io.k8s.api.core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: s.req(1, s.list(containerExtendedResourceRequest)),
  resourceClaimName: s.req(2, s.str()),
});
export interface PodExtendedResourceClaimStatus extends s.Out<typeof podExtendedResourceClaimStatusShape> {}
export interface PodExtendedResourceClaimStatusManifest extends s.In<typeof podExtendedResourceClaimStatusShape> {}
export const podExtendedResourceClaimStatus: Struct<
  PodExtendedResourceClaimStatus,
  PodExtendedResourceClaimStatusManifest
> = podExtendedResourceClaimStatusShape;

const nodeAllocatableResourceClaimStatusShape = s.struct('io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus', {
  resourceClaimName: s.req(1, s.str()),
  containers: s.zero(2, s.set(s.str())),
  resources: s.req(3, s.amounts()),
});
export interface NodeAllocatableResourceClaimStatus extends s.Out<typeof nodeAllocatableResourceClaimStatusShape> {}
export interface NodeAllocatableResourceClaimStatusManifest extends s.In<
  typeof nodeAllocatableResourceClaimStatusShape
> {}
export const nodeAllocatableResourceClaimStatus: Struct<
  NodeAllocatableResourceClaimStatus,
  NodeAllocatableResourceClaimStatusManifest
> = nodeAllocatableResourceClaimStatusShape;

const podStatusShape = s.struct('io.k8s.api.core.v1.PodStatus', {
  observedGeneration: s.zero(17, s.int64()),
  phase: s.zero(1, s.oneOf('Failed', 'Pending', 'Running', 'Succeeded', 'Unknown')),
  conditions: s.zero(2, s.listByKey(podCondition, ['type'], { patchKey: 'type' })),
  message: s.zero(3, s.str()),
  reason: s.zero(4, s.str()),
  nominatedNodeName: s.zero(11, s.str()),
  hostIP: s.zero(5, s.str()),
  hostIPs: s.zero(16, s.list(hostIP, { patchKey: 'ip' })),
  podIP: s.zero(6, s.str()),
  podIPs: s.zero(12, s.listByKey(podIP, ['ip'], { patchKey: 'ip' })),
  startTime: s.opt(7, s.time()),
  initContainerStatuses: s.zero(10, s.list(containerStatus)),
  containerStatuses: s.zero(8, s.list(containerStatus)),
  qosClass: s.zero(9, s.oneOf('BestEffort', 'Burstable', 'Guaranteed')),
  ephemeralContainerStatuses: s.zero(13, s.list(containerStatus)),
  resize: s.zero(14, s.str()),
  resourceClaimStatuses: s.zero(
    15,
    s.listByKey(podResourceClaimStatus, ['name'], { patch: 'merge,retainKeys', patchKey: 'name' }),
  ),
  extendedResourceClaimStatus: s.opt(18, podExtendedResourceClaimStatus),
  allocatedResources: s.zero(19, s.amounts()),
  resources: s.opt(20, resourceRequirements),
  nodeAllocatableResourceClaimStatuses: s.zero(21, s.list(nodeAllocatableResourceClaimStatus)),
});
export interface PodStatus extends s.Out<typeof podStatusShape> {}
export interface PodStatusManifest extends s.In<typeof podStatusShape> {}
export const podStatus: Struct<PodStatus, PodStatusManifest> = podStatusShape;
