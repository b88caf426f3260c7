import {
  bool,
  int32,
  int64,
  list,
  many,
  message,
  one,
  oneOf,
  rpc,
  serverStream,
  str,
  strMap,
} from '../../grpc/index.ts';
import {
  container,
  containerConfig,
  containerEventType,
  containerFilter,
  containerStatus,
  execSyncResponse,
} from './container-messages.ts';
import { authConfig, image, imageFsInfoResponse, imageSpec } from './image-messages.ts';
import {
  linuxContainerResources,
  podSandbox,
  podSandboxConfig,
  podSandboxFilter,
  podSandboxStatus,
} from './sandbox-messages.ts';
import { containerStats, podSandboxStats } from './stats-messages.ts';

const empty = (name: string) => message(name, {});
const sandboxRequest = (name: string) => message(name, { podSandboxId: [1, str] });
const containerRequest = (name: string) => message(name, { containerId: [1, str] });
const urlResponse = (name: string) => message(name, { url: [1, str] });

const runtimeCondition = message('RuntimeCondition', {
  type: [1, str],
  status: [2, bool],
  reason: [3, str],
  message: [4, str],
});
const runtimeStatus = message('RuntimeStatus', { conditions: [1, many(runtimeCondition)] });
const runtimeHandlerFeatures = message('RuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: [1, bool],
  userNamespaces: [2, bool],
});
const runtimeHandler = message('RuntimeHandler', { name: [1, str], features: [2, one(runtimeHandlerFeatures)] });
const runtimeFeatures = message('RuntimeFeatures', {
  supplementalGroupsPolicy: [1, bool],
  userNamespacesHostNetwork: [2, bool],
});
const cgroupDriver = oneOf('CgroupDriver', { SYSTEMD: 0, CGROUPFS: 1 });
const linuxRuntimeConfiguration = message('LinuxRuntimeConfiguration', { cgroupDriver: [1, cgroupDriver] });
const networkConfig = message('NetworkConfig', { podCidr: [1, str] });
const updatedRuntimeConfig = message('RuntimeConfig', { networkConfig: [1, one(networkConfig)] });

export const versionResponse = message('VersionResponse', {
  version: [1, str],
  runtimeName: [2, str],
  runtimeVersion: [3, str],
  runtimeApiVersion: [4, str],
});
export const statusResponse = message('StatusResponse', {
  status: [1, one(runtimeStatus)],
  info: [2, strMap],
  runtimeHandlers: [3, many(runtimeHandler)],
  features: [4, one(runtimeFeatures)],
});
export const podSandboxStatusResponse = message('PodSandboxStatusResponse', {
  status: [1, one(podSandboxStatus)],
  info: [2, strMap],
  containersStatuses: [3, many(containerStatus)],
  timestamp: [4, int64],
});
export const containerEvent = message('ContainerEventResponse', {
  containerId: [1, str],
  containerEventType: [2, containerEventType],
  createdAt: [3, int64],
  podSandboxStatus: [4, one(podSandboxStatus)],
  containersStatuses: [5, many(containerStatus)],
});
const containerStatsFilter = message('ContainerStatsFilter', {
  id: [1, str],
  podSandboxId: [2, str],
  labelSelector: [3, strMap],
});
const podSandboxStatsFilter = message('PodSandboxStatsFilter', { id: [1, str], labelSelector: [2, strMap] });

/** The part of CRI's RuntimeService that a node agent calls. */
export const runtimeService = {
  package: 'runtime.v1',
  name: 'RuntimeService',
  methods: {
    version: rpc('Version', message('VersionRequest', { version: [1, str] }), versionResponse),
    status: rpc('Status', message('StatusRequest', { verbose: [1, bool] }), statusResponse),
    runtimeConfig: rpc(
      'RuntimeConfig',
      empty('RuntimeConfigRequest'),
      message('RuntimeConfigResponse', { linux: [1, one(linuxRuntimeConfiguration)] }),
    ),
    updateRuntimeConfig: rpc(
      'UpdateRuntimeConfig',
      message('UpdateRuntimeConfigRequest', { runtimeConfig: [1, one(updatedRuntimeConfig)] }),
      empty('UpdateRuntimeConfigResponse'),
    ),
    runPodSandbox: rpc(
      'RunPodSandbox',
      message('RunPodSandboxRequest', { config: [1, one(podSandboxConfig)], runtimeHandler: [2, str] }),
      message('RunPodSandboxResponse', { podSandboxId: [1, str] }),
    ),
    stopPodSandbox: rpc('StopPodSandbox', sandboxRequest('StopPodSandboxRequest'), empty('StopPodSandboxResponse')),
    removePodSandbox: rpc(
      'RemovePodSandbox',
      sandboxRequest('RemovePodSandboxRequest'),
      empty('RemovePodSandboxResponse'),
    ),
    podSandboxStatus: rpc(
      'PodSandboxStatus',
      message('PodSandboxStatusRequest', { podSandboxId: [1, str], verbose: [2, bool] }),
      podSandboxStatusResponse,
    ),
    listPodSandbox: rpc(
      'ListPodSandbox',
      message('ListPodSandboxRequest', { filter: [1, one(podSandboxFilter)] }),
      message('ListPodSandboxResponse', { items: [1, many(podSandbox)] }),
    ),
    createContainer: rpc(
      'CreateContainer',
      message('CreateContainerRequest', {
        podSandboxId: [1, str],
        config: [2, one(containerConfig)],
        sandboxConfig: [3, one(podSandboxConfig)],
      }),
      message('CreateContainerResponse', { containerId: [1, str] }),
    ),
    startContainer: rpc('StartContainer', containerRequest('StartContainerRequest'), empty('StartContainerResponse')),
    stopContainer: rpc(
      'StopContainer',
      message('StopContainerRequest', { containerId: [1, str], timeout: [2, int64] }),
      empty('StopContainerResponse'),
    ),
    removeContainer: rpc(
      'RemoveContainer',
      containerRequest('RemoveContainerRequest'),
      empty('RemoveContainerResponse'),
    ),
    listContainers: rpc(
      'ListContainers',
      message('ListContainersRequest', { filter: [1, one(containerFilter)] }),
      message('ListContainersResponse', { containers: [1, many(container)] }),
    ),
    containerStatus: rpc(
      'ContainerStatus',
      message('ContainerStatusRequest', { containerId: [1, str], verbose: [2, bool] }),
      message('ContainerStatusResponse', { status: [1, one(containerStatus)], info: [2, strMap] }),
    ),
    updateContainerResources: rpc(
      'UpdateContainerResources',
      message('UpdateContainerResourcesRequest', {
        containerId: [1, str],
        linux: [2, one(linuxContainerResources)],
        annotations: [4, strMap],
      }),
      empty('UpdateContainerResourcesResponse'),
    ),
    reopenContainerLog: rpc(
      'ReopenContainerLog',
      containerRequest('ReopenContainerLogRequest'),
      empty('ReopenContainerLogResponse'),
    ),
    execSync: rpc(
      'ExecSync',
      message('ExecSyncRequest', { containerId: [1, str], cmd: [2, list(str)], timeout: [3, int64] }),
      execSyncResponse,
    ),
    exec: rpc(
      'Exec',
      message('ExecRequest', {
        containerId: [1, str],
        cmd: [2, list(str)],
        tty: [3, bool],
        stdin: [4, bool],
        stdout: [5, bool],
        stderr: [6, bool],
      }),
      urlResponse('ExecResponse'),
    ),
    attach: rpc(
      'Attach',
      message('AttachRequest', {
        containerId: [1, str],
        stdin: [2, bool],
        tty: [3, bool],
        stdout: [4, bool],
        stderr: [5, bool],
      }),
      urlResponse('AttachResponse'),
    ),
    portForward: rpc(
      'PortForward',
      message('PortForwardRequest', { podSandboxId: [1, str], port: [2, list(int32)] }),
      urlResponse('PortForwardResponse'),
    ),
    listContainerStats: rpc(
      'ListContainerStats',
      message('ListContainerStatsRequest', { filter: [1, one(containerStatsFilter)] }),
      message('ListContainerStatsResponse', { stats: [1, many(containerStats)] }),
    ),
    listPodSandboxStats: rpc(
      'ListPodSandboxStats',
      message('ListPodSandboxStatsRequest', { filter: [1, one(podSandboxStatsFilter)] }),
      message('ListPodSandboxStatsResponse', { stats: [1, many(podSandboxStats)] }),
    ),
    getContainerEvents: serverStream('GetContainerEvents', empty('GetEventsRequest'), containerEvent),
  },
} as const;

/** CRI's ImageService. */
export const imageService = {
  package: 'runtime.v1',
  name: 'ImageService',
  methods: {
    listImages: rpc(
      'ListImages',
      message('ListImagesRequest', { filter: [1, one(message('ImageFilter', { image: [1, one(imageSpec)] }))] }),
      message('ListImagesResponse', { images: [1, many(image)] }),
    ),
    imageStatus: rpc(
      'ImageStatus',
      message('ImageStatusRequest', { image: [1, one(imageSpec)], verbose: [2, bool] }),
      message('ImageStatusResponse', { image: [1, one(image)], info: [2, strMap] }),
    ),
    pullImage: rpc(
      'PullImage',
      message('PullImageRequest', {
        image: [1, one(imageSpec)],
        auth: [2, one(authConfig)],
        sandboxConfig: [3, one(podSandboxConfig)],
      }),
      message('PullImageResponse', { imageRef: [1, str] }),
    ),
    removeImage: rpc(
      'RemoveImage',
      message('RemoveImageRequest', { image: [1, one(imageSpec)] }),
      empty('RemoveImageResponse'),
    ),
    imageFsInfo: rpc('ImageFsInfo', empty('ImageFsInfoRequest'), imageFsInfoResponse),
  },
} as const;
