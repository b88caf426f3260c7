import {
  bool,
  bytes,
  type In,
  int32,
  int64,
  list,
  many,
  message,
  one,
  oneOf,
  type Out,
  str,
  strMap,
  uint32,
} from '../../grpc/index.ts';
import { imageSpec } from './image-messages.ts';
import { idMappings, int64Value, linuxContainerResources, security } from './sandbox-messages.ts';

const mountPropagation = oneOf('MountPropagation', {
  PROPAGATION_PRIVATE: 0,
  PROPAGATION_HOST_TO_CONTAINER: 1,
  PROPAGATION_BIDIRECTIONAL: 2,
});
export const containerState = oneOf('ContainerState', {
  CONTAINER_CREATED: 0,
  CONTAINER_RUNNING: 1,
  CONTAINER_EXITED: 2,
  CONTAINER_UNKNOWN: 3,
});
export const containerEventType = oneOf('ContainerEventType', {
  CONTAINER_CREATED_EVENT: 0,
  CONTAINER_STARTED_EVENT: 1,
  CONTAINER_STOPPED_EVENT: 2,
  CONTAINER_DELETED_EVENT: 3,
});

const mount = message('Mount', {
  containerPath: [1, str],
  hostPath: [2, str],
  readonly: [3, bool],
  selinuxRelabel: [4, bool],
  propagation: [5, mountPropagation],
  uidMappings: [6, idMappings],
  gidMappings: [7, idMappings],
  recursiveReadOnly: [8, bool],
  image: [9, one(imageSpec)],
  imageSubPath: [10, str],
});
export type Mount = In<typeof mount>;

const capability = message('Capability', {
  addCapabilities: [1, list(str)],
  dropCapabilities: [2, list(str)],
  addAmbientCapabilities: [3, list(str)],
});

const linuxContainerSecurityContext = message('LinuxContainerSecurityContext', {
  capabilities: [1, one(capability)],
  privileged: [2, bool],
  namespaceOptions: [3, one(security.namespaceOption)],
  selinuxOptions: [4, one(security.seLinuxOption)],
  runAsUser: [5, one(int64Value)],
  runAsUsername: [6, str],
  readonlyRootfs: [7, bool],
  supplementalGroups: [8, list(int64)],
  noNewPrivs: [11, bool],
  runAsGroup: [12, one(int64Value)],
  maskedPaths: [13, list(str)],
  readonlyPaths: [14, list(str)],
  seccomp: [15, one(security.securityProfile)],
  apparmor: [16, one(security.securityProfile)],
  supplementalGroupsPolicy: [17, security.supplementalGroupsPolicy],
});
export type LinuxContainerSecurityContext = In<typeof linuxContainerSecurityContext>;

const linuxContainerConfig = message('LinuxContainerConfig', {
  resources: [1, one(linuxContainerResources)],
  securityContext: [2, one(linuxContainerSecurityContext)],
});

export const containerMetadata = message('ContainerMetadata', { name: [1, str], attempt: [2, uint32] });
const keyValue = message('KeyValue', { key: [1, str], value: [2, str] });
const device = message('Device', { containerPath: [1, str], hostPath: [2, str], permissions: [3, str] });
const cdiDevice = message('CDIDevice', { name: [1, str] });

export const containerConfig = message('ContainerConfig', {
  metadata: [1, one(containerMetadata)],
  image: [2, one(imageSpec)],
  command: [3, list(str)],
  args: [4, list(str)],
  workingDir: [5, str],
  envs: [6, many(keyValue)],
  mounts: [7, many(mount)],
  devices: [8, many(device)],
  labels: [9, strMap],
  annotations: [10, strMap],
  logPath: [11, str],
  stdin: [12, bool],
  stdinOnce: [13, bool],
  tty: [14, bool],
  linux: [15, one(linuxContainerConfig)],
  cdiDevices: [17, many(cdiDevice)],
  // The number of an enumeration of 66 signals.
  stopSignal: [18, int32],
});
export type ContainerConfig = In<typeof containerConfig>;

export const container = message('Container', {
  id: [1, str],
  podSandboxId: [2, str],
  metadata: [3, one(containerMetadata)],
  image: [4, one(imageSpec)],
  imageRef: [5, str],
  state: [6, containerState],
  createdAt: [7, int64],
  labels: [8, strMap],
  annotations: [9, strMap],
  imageId: [10, str],
});
export type Container = Out<typeof container>;

const containerResources = message('ContainerResources', { linux: [1, one(linuxContainerResources)] });
const linuxContainerUser = message('LinuxContainerUser', {
  uid: [1, int64],
  gid: [2, int64],
  supplementalGroups: [3, list(int64)],
});
const containerUser = message('ContainerUser', { linux: [1, one(linuxContainerUser)] });

export const containerStatus = message('ContainerStatus', {
  id: [1, str],
  metadata: [2, one(containerMetadata)],
  state: [3, containerState],
  createdAt: [4, int64],
  startedAt: [5, int64],
  finishedAt: [6, int64],
  exitCode: [7, int32],
  image: [8, one(imageSpec)],
  imageRef: [9, str],
  reason: [10, str],
  message: [11, str],
  labels: [12, strMap],
  annotations: [13, strMap],
  mounts: [14, many(mount)],
  logPath: [15, str],
  resources: [16, one(containerResources)],
  imageId: [17, str],
  user: [18, one(containerUser)],
  stopSignal: [19, int32],
});
export type ContainerStatus = Out<typeof containerStatus>;

const containerStateValue = message('ContainerStateValue', { state: [1, containerState] });
export const containerFilter = message('ContainerFilter', {
  id: [1, str],
  state: [2, one(containerStateValue)],
  podSandboxId: [3, str],
  labelSelector: [4, strMap],
});

export const execSyncResponse = message('ExecSyncResponse', {
  stdout: [1, bytes],
  stderr: [2, bytes],
  exitCode: [3, int32],
});
export type ExecSyncResult = Out<typeof execSyncResponse>;
