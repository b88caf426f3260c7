import { s, type Struct } from '../../../schema/index.ts';
import { resourceRequirements } from './resources.ts';
import { stopSignal } from './stop-signal.ts';

const containerStateWaitingShape = s.struct('io.k8s.api.core.v1.ContainerStateWaiting', {
  reason: s.zero(1, s.str()),
  message: s.zero(2, s.str()),
});
export interface ContainerStateWaiting extends s.Out<typeof containerStateWaitingShape> {}
export interface ContainerStateWaitingManifest extends s.In<typeof containerStateWaitingShape> {}
export const containerStateWaiting: Struct<ContainerStateWaiting, ContainerStateWaitingManifest> =
  containerStateWaitingShape;

const containerStateRunningShape = s.struct('io.k8s.api.core.v1.ContainerStateRunning', {
  startedAt: s.held(1, s.time(), { nullable: true }),
});
export interface ContainerStateRunning extends s.Out<typeof containerStateRunningShape> {}
export interface ContainerStateRunningManifest extends s.In<typeof containerStateRunningShape> {}
export const containerStateRunning: Struct<ContainerStateRunning, ContainerStateRunningManifest> =
  containerStateRunningShape;

const containerStateTerminatedShape = s.struct('io.k8s.api.core.v1.ContainerStateTerminated', {
  exitCode: s.req(1, s.int32()),
  signal: s.zero(2, s.int32()),
  reason: s.zero(3, s.str()),
  message: s.zero(4, s.str()),
  startedAt: s.held(5, s.time(), { nullable: true }),
  finishedAt: s.held(6, s.time(), { nullable: true }),
  containerID: s.zero(7, s.str()),
});
export interface ContainerStateTerminated extends s.Out<typeof containerStateTerminatedShape> {}
export interface ContainerStateTerminatedManifest extends s.In<typeof containerStateTerminatedShape> {}
export const containerStateTerminated: Struct<ContainerStateTerminated, ContainerStateTerminatedManifest> =
  containerStateTerminatedShape;

const containerStateShape = s.struct('io.k8s.api.core.v1.ContainerState', {
  waiting: s.opt(1, containerStateWaiting),
  running: s.opt(2, containerStateRunning),
  terminated: s.opt(3, containerStateTerminated),
});
export interface ContainerState extends s.Out<typeof containerStateShape> {}
export interface ContainerStateManifest extends s.In<typeof containerStateShape> {}
export const containerState: Struct<ContainerState, ContainerStateManifest> = containerStateShape;

const linuxContainerUserShape = s.struct('io.k8s.api.core.v1.LinuxContainerUser', {
  uid: s.req(1, s.int64()),
  gid: s.req(2, s.int64()),
  supplementalGroups: s.zero(3, s.list(s.int64())),
});
export interface LinuxContainerUser extends s.Out<typeof linuxContainerUserShape> {}
export interface LinuxContainerUserManifest extends s.In<typeof linuxContainerUserShape> {}
export const linuxContainerUser: Struct<LinuxContainerUser, LinuxContainerUserManifest> = linuxContainerUserShape;

const containerUserShape = s.struct('io.k8s.api.core.v1.ContainerUser', {
  linux: s.opt(1, linuxContainerUser),
});
export interface ContainerUser extends s.Out<typeof containerUserShape> {}
export interface ContainerUserManifest extends s.In<typeof containerUserShape> {}
export const containerUser: Struct<ContainerUser, ContainerUserManifest> = containerUserShape;

const imageVolumeStatusShape = s.struct('io.k8s.api.core.v1.ImageVolumeStatus', {
  imageRef: s.needed(1, s.str()),
});
export interface ImageVolumeStatus extends s.Out<typeof imageVolumeStatusShape> {}
export interface ImageVolumeStatusManifest extends s.In<typeof imageVolumeStatusShape> {}
export const imageVolumeStatus: Struct<ImageVolumeStatus, ImageVolumeStatusManifest> = imageVolumeStatusShape;

const volumeStatusShape = s.struct('io.k8s.api.core.v1.VolumeStatus', {
  image: s.opt(1, imageVolumeStatus),
});
export interface VolumeStatus extends s.Out<typeof volumeStatusShape> {}
export interface VolumeStatusManifest extends s.In<typeof volumeStatusShape> {}
export const volumeStatus: Struct<VolumeStatus, VolumeStatusManifest> = volumeStatusShape;

const volumeMountStatusShape = s.struct('io.k8s.api.core.v1.VolumeMountStatus', {
  name: s.req(1, s.str()),
  mountPath: s.req(2, s.str()),
  readOnly: s.zero(3, s.bool()),
  recursiveReadOnly: s.opt(4, s.str()),
  volumeStatus: s.opt(5, volumeStatus),
});
export interface VolumeMountStatus extends s.Out<typeof volumeMountStatusShape> {}
export interface VolumeMountStatusManifest extends s.In<typeof volumeMountStatusShape> {}
export const volumeMountStatus: Struct<VolumeMountStatus, VolumeMountStatusManifest> = volumeMountStatusShape;

const resourceHealthShape = s.struct('io.k8s.api.core.v1.ResourceHealth', {
  resourceID: s.req(1, s.str()),
  health: s.zero(2, s.str()),
  message: s.opt(6, s.str()),
});
export interface ResourceHealth extends s.Out<typeof resourceHealthShape> {}
export interface ResourceHealthManifest extends s.In<typeof resourceHealthShape> {}
export const resourceHealth: Struct<ResourceHealth, ResourceHealthManifest> = resourceHealthShape;

const resourceStatusShape = s.struct('io.k8s.api.core.v1.ResourceStatus', {
  name: s.req(1, s.str()),
  resources: s.zero(2, s.listByKey(resourceHealth, ['resourceID'])),
});
export interface ResourceStatus extends s.Out<typeof resourceStatusShape> {}
export interface ResourceStatusManifest extends s.In<typeof resourceStatusShape> {}
export const resourceStatus: Struct<ResourceStatus, ResourceStatusManifest> = resourceStatusShape;

const containerStatusShape = s.struct('io.k8s.api.core.v1.ContainerStatus', {
  name: s.req(1, s.str()),
  state: s.held(2, containerState),
  lastState: s.held(3, containerState),
  ready: s.req(4, s.bool()),
  restartCount: s.req(5, s.int32()),
  image: s.req(6, s.str()),
  imageID: s.req(7, s.str()),
  containerID: s.zero(8, s.str()),
  started: s.opt(9, s.bool()),
  allocatedResources: s.zero(10, s.amounts()),
  resources: s.opt(11, resourceRequirements),
  volumeMounts: s.zero(12, s.listByKey(volumeMountStatus, ['mountPath'], { patchKey: 'mountPath' })),
  user: s.opt(13, containerUser),
  allocatedResourcesStatus: s.zero(14, s.listByKey(resourceStatus, ['name'], { patchKey: 'name' })),
  stopSignal: s.opt(15, stopSignal),
});
export interface ContainerStatus extends s.Out<typeof containerStatusShape> {}
export interface ContainerStatusManifest extends s.In<typeof containerStatusShape> {}
export const containerStatus: Struct<ContainerStatus, ContainerStatusManifest> = containerStatusShape;
