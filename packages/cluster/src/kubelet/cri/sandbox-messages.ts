import {
  bool,
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

const namespaceMode = oneOf('NamespaceMode', { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 });
const supplementalGroupsPolicy = oneOf('SupplementalGroupsPolicy', { Merge: 0, Strict: 1 });
const profileType = oneOf('ProfileType', { RuntimeDefault: 0, Unconfined: 1, Localhost: 2 });
const protocol = oneOf('Protocol', { TCP: 0, UDP: 1, SCTP: 2 });
export const sandboxState = oneOf('PodSandboxState', { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 });

export const int64Value = message('Int64Value', { value: [1, int64] });

const idMapping = message('IDMapping', { hostId: [1, uint32], containerId: [2, uint32], length: [3, uint32] });
export const idMappings = many(idMapping);
const userNamespace = message('UserNamespace', {
  mode: [1, namespaceMode],
  uids: [2, idMappings],
  gids: [3, idMappings],
});

const namespaceOption = message('NamespaceOption', {
  network: [1, namespaceMode],
  pid: [2, namespaceMode],
  ipc: [3, namespaceMode],
  targetId: [4, str],
  usernsOptions: [5, one(userNamespace)],
});
const seLinuxOption = message('SELinuxOption', { user: [1, str], role: [2, str], type: [3, str], level: [4, str] });
const securityProfile = message('SecurityProfile', { profileType: [1, profileType], localhostRef: [2, str] });

/** What the security contexts of sandboxes and containers have in common, under different numbers. */
export const security = {
  namespaceOption,
  seLinuxOption,
  securityProfile,
  supplementalGroupsPolicy,
};

const hugepageLimit = message('HugepageLimit', { pageSize: [1, str], limit: [2, int64] });
export const linuxContainerResources = message('LinuxContainerResources', {
  cpuPeriod: [1, int64],
  cpuQuota: [2, int64],
  cpuShares: [3, int64],
  memoryLimitInBytes: [4, int64],
  oomScoreAdj: [5, int64],
  cpusetCpus: [6, str],
  cpusetMems: [7, str],
  hugepageLimits: [8, many(hugepageLimit)],
  unified: [9, strMap],
  memorySwapLimitInBytes: [10, int64],
});
export type LinuxContainerResources = In<typeof linuxContainerResources>;

const linuxSandboxSecurityContext = message('LinuxSandboxSecurityContext', {
  namespaceOptions: [1, one(namespaceOption)],
  selinuxOptions: [2, one(seLinuxOption)],
  runAsUser: [3, one(int64Value)],
  readonlyRootfs: [4, bool],
  supplementalGroups: [5, list(int64)],
  privileged: [6, bool],
  runAsGroup: [8, one(int64Value)],
  seccomp: [9, one(securityProfile)],
  apparmor: [10, one(securityProfile)],
  supplementalGroupsPolicy: [11, supplementalGroupsPolicy],
});

const linuxPodSandboxConfig = message('LinuxPodSandboxConfig', {
  cgroupParent: [1, str],
  securityContext: [2, one(linuxSandboxSecurityContext)],
  sysctls: [3, strMap],
  overhead: [4, one(linuxContainerResources)],
  resources: [5, one(linuxContainerResources)],
});

const dnsConfig = message('DNSConfig', { servers: [1, list(str)], searches: [2, list(str)], options: [3, list(str)] });
const portMapping = message('PortMapping', {
  protocol: [1, protocol],
  containerPort: [2, int32],
  hostPort: [3, int32],
  hostIp: [4, str],
});

export const podSandboxMetadata = message('PodSandboxMetadata', {
  name: [1, str],
  uid: [2, str],
  namespace: [3, str],
  attempt: [4, uint32],
});

export const podSandboxConfig = message('PodSandboxConfig', {
  metadata: [1, one(podSandboxMetadata)],
  hostname: [2, str],
  logDirectory: [3, str],
  dnsConfig: [4, one(dnsConfig)],
  portMappings: [5, many(portMapping)],
  labels: [6, strMap],
  annotations: [7, strMap],
  linux: [8, one(linuxPodSandboxConfig)],
});
export type PodSandboxConfig = In<typeof podSandboxConfig>;

const podIP = message('PodIP', { ip: [1, str] });
const podSandboxNetworkStatus = message('PodSandboxNetworkStatus', { ip: [1, str], additionalIps: [2, many(podIP)] });
const namespace = message('Namespace', { options: [2, one(namespaceOption)] });
const linuxPodSandboxStatus = message('LinuxPodSandboxStatus', { namespaces: [1, one(namespace)] });

export const podSandboxStatus = message('PodSandboxStatus', {
  id: [1, str],
  metadata: [2, one(podSandboxMetadata)],
  state: [3, sandboxState],
  createdAt: [4, int64],
  network: [5, one(podSandboxNetworkStatus)],
  linux: [6, one(linuxPodSandboxStatus)],
  labels: [7, strMap],
  annotations: [8, strMap],
  runtimeHandler: [9, str],
});
export type PodSandboxStatus = Out<typeof podSandboxStatus>;

export const podSandbox = message('PodSandbox', {
  id: [1, str],
  metadata: [2, one(podSandboxMetadata)],
  state: [3, sandboxState],
  createdAt: [4, int64],
  labels: [5, strMap],
  annotations: [6, strMap],
  runtimeHandler: [7, str],
});
export type PodSandbox = Out<typeof podSandbox>;

const podSandboxStateValue = message('PodSandboxStateValue', { state: [1, sandboxState] });
export const podSandboxFilter = message('PodSandboxFilter', {
  id: [1, str],
  state: [2, one(podSandboxStateValue)],
  labelSelector: [3, strMap],
});
