import { s, type Struct } from '../../schema/index.ts';
import { nodeConfigSource } from './node-config-source.ts';

const nodeAddressShape = s.struct('io.k8s.api.core.v1.NodeAddress', {
  type: s.req(1, s.str()),
  address: s.req(2, s.str()),
});
export interface NodeAddress extends s.Out<typeof nodeAddressShape> {}
export interface NodeAddressManifest extends s.In<typeof nodeAddressShape> {}
export const nodeAddress: Struct<NodeAddress, NodeAddressManifest> = nodeAddressShape;

const nodeConditionShape = s.struct('io.k8s.api.core.v1.NodeCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  lastHeartbeatTime: s.held(3, s.time(), { nullable: true }),
  lastTransitionTime: s.held(4, s.time(), { nullable: true }),
  reason: s.zero(5, s.str()),
  message: s.zero(6, s.str()),
});
export interface NodeCondition extends s.Out<typeof nodeConditionShape> {}
export interface NodeConditionManifest extends s.In<typeof nodeConditionShape> {}
export const nodeCondition: Struct<NodeCondition, NodeConditionManifest> = nodeConditionShape;

const nodeConfigStatusShape = s.struct('io.k8s.api.core.v1.NodeConfigStatus', {
  assigned: s.opt(1, nodeConfigSource),
  active: s.opt(2, nodeConfigSource),
  lastKnownGood: s.opt(3, nodeConfigSource),
  error: s.zero(4, s.str()),
});
export interface NodeConfigStatus extends s.Out<typeof nodeConfigStatusShape> {}
export interface NodeConfigStatusManifest extends s.In<typeof nodeConfigStatusShape> {}
export const nodeConfigStatus: Struct<NodeConfigStatus, NodeConfigStatusManifest> = nodeConfigStatusShape;

const daemonEndpointShape = s.struct('io.k8s.api.core.v1.DaemonEndpoint', {
  Port: s.req(1, s.int32()),
});
export interface DaemonEndpoint extends s.Out<typeof daemonEndpointShape> {}
export interface DaemonEndpointManifest extends s.In<typeof daemonEndpointShape> {}
export const daemonEndpoint: Struct<DaemonEndpoint, DaemonEndpointManifest> = daemonEndpointShape;

const nodeDaemonEndpointsShape = s.struct('io.k8s.api.core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: s.held(1, daemonEndpoint),
});
export interface NodeDaemonEndpoints extends s.Out<typeof nodeDaemonEndpointsShape> {}
export interface NodeDaemonEndpointsManifest extends s.In<typeof nodeDaemonEndpointsShape> {}
export const nodeDaemonEndpoints: Struct<NodeDaemonEndpoints, NodeDaemonEndpointsManifest> = nodeDaemonEndpointsShape;

const nodeFeaturesShape = s.struct('io.k8s.api.core.v1.NodeFeatures', {
  supplementalGroupsPolicy: s.opt(1, s.bool()),
});
export interface NodeFeatures extends s.Out<typeof nodeFeaturesShape> {}
export interface NodeFeaturesManifest extends s.In<typeof nodeFeaturesShape> {}
export const nodeFeatures: Struct<NodeFeatures, NodeFeaturesManifest> = nodeFeaturesShape;

const containerImageShape = s.struct('io.k8s.api.core.v1.ContainerImage', {
  names: s.held(1, s.list(s.str()), { nullable: true }),
  sizeBytes: s.zero(2, s.int64()),
});
export interface ContainerImage extends s.Out<typeof containerImageShape> {}
export interface ContainerImageManifest extends s.In<typeof containerImageShape> {}
export const containerImage: Struct<ContainerImage, ContainerImageManifest> = containerImageShape;

const nodeSwapStatusShape = s.struct('io.k8s.api.core.v1.NodeSwapStatus', {
  capacity: s.opt(1, s.int64()),
});
export interface NodeSwapStatus extends s.Out<typeof nodeSwapStatusShape> {}
export interface NodeSwapStatusManifest extends s.In<typeof nodeSwapStatusShape> {}
export const nodeSwapStatus: Struct<NodeSwapStatus, NodeSwapStatusManifest> = nodeSwapStatusShape;

const nodeSystemInfoShape = s.struct('io.k8s.api.core.v1.NodeSystemInfo', {
  machineID: s.req(1, s.str()),
  systemUUID: s.req(2, s.str()),
  bootID: s.req(3, s.str()),
  kernelVersion: s.req(4, s.str()),
  osImage: s.req(5, s.str()),
  containerRuntimeVersion: s.req(6, s.str()),
  kubeletVersion: s.req(7, s.str()),
  kubeProxyVersion: s.req(8, s.str()),
  operatingSystem: s.req(9, s.str()),
  architecture: s.req(10, s.str()),
  swap: s.opt(11, nodeSwapStatus),
});
export interface NodeSystemInfo extends s.Out<typeof nodeSystemInfoShape> {}
export interface NodeSystemInfoManifest extends s.In<typeof nodeSystemInfoShape> {}
export const nodeSystemInfo: Struct<NodeSystemInfo, NodeSystemInfoManifest> = nodeSystemInfoShape;

const nodeRuntimeHandlerFeaturesShape = s.struct('io.k8s.api.core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: s.opt(1, s.bool()),
  userNamespaces: s.opt(2, s.bool()),
});
export interface NodeRuntimeHandlerFeatures extends s.Out<typeof nodeRuntimeHandlerFeaturesShape> {}
export interface NodeRuntimeHandlerFeaturesManifest extends s.In<typeof nodeRuntimeHandlerFeaturesShape> {}
export const nodeRuntimeHandlerFeatures: Struct<NodeRuntimeHandlerFeatures, NodeRuntimeHandlerFeaturesManifest> =
  nodeRuntimeHandlerFeaturesShape;

const nodeRuntimeHandlerShape = s.struct('io.k8s.api.core.v1.NodeRuntimeHandler', {
  name: s.held(1, s.str()),
  features: s.opt(2, nodeRuntimeHandlerFeatures),
});
export interface NodeRuntimeHandler extends s.Out<typeof nodeRuntimeHandlerShape> {}
export interface NodeRuntimeHandlerManifest extends s.In<typeof nodeRuntimeHandlerShape> {}
export const nodeRuntimeHandler: Struct<NodeRuntimeHandler, NodeRuntimeHandlerManifest> = nodeRuntimeHandlerShape;

const attachedVolumeShape = s.struct('io.k8s.api.core.v1.AttachedVolume', {
  name: s.req(1, s.str()),
  devicePath: s.req(2, s.str()),
});
export interface AttachedVolume extends s.Out<typeof attachedVolumeShape> {}
export interface AttachedVolumeManifest extends s.In<typeof attachedVolumeShape> {}
export const attachedVolume: Struct<AttachedVolume, AttachedVolumeManifest> = attachedVolumeShape;

const nodeStatusShape = s.struct('io.k8s.api.core.v1.NodeStatus', {
  capacity: s.zero(1, s.amounts()),
  allocatable: s.zero(2, s.amounts()),
  phase: s.zero(3, s.oneOf('Pending', 'Running', 'Terminated')),
  conditions: s.zero(4, s.listByKey(nodeCondition, ['type'], { patchKey: 'type' })),
  addresses: s.zero(5, s.listByKey(nodeAddress, ['type'], { patchKey: 'type' })),
  daemonEndpoints: s.held(6, nodeDaemonEndpoints),
  nodeInfo: s.held(7, nodeSystemInfo),
  images: s.zero(8, s.list(containerImage)),
  volumesInUse: s.zero(9, s.list(s.str())),
  volumesAttached: s.zero(10, s.list(attachedVolume)),
  config: s.opt(11, nodeConfigStatus),
  runtimeHandlers: s.zero(12, s.list(nodeRuntimeHandler)),
  features: s.opt(13, nodeFeatures),
  declaredFeatures: s.zero(14, s.list(s.str())),
});
export interface NodeStatus extends s.Out<typeof nodeStatusShape> {}
export interface NodeStatusManifest extends s.In<typeof nodeStatusShape> {}
export const nodeStatus: Struct<NodeStatus, NodeStatusManifest> = nodeStatusShape;
