/**
 * The Container Runtime Interface: `ContainerRuntime` is what the node agent needs of containerd or any other CRI v1 runtime,
 * `connectRuntime` reaches a real one over its socket, and `FakeRuntime` is one in memory under a `Clock`. Both pass the same
 * contract.
 */
export type {
  Call,
  ContainerEvent,
  ContainerFilter,
  ContainerRuntime,
  ImageService,
  RuntimeStatus,
  RuntimeVersion,
  SandboxFilter,
} from './runtime.ts';
export {
  isDeadlineExceeded,
  isRpcNotFound as isRuntimeNotFound,
  isUnavailable,
  isUnimplemented,
  RpcError as RuntimeError,
} from '../../grpc/index.ts';
export type {
  Container,
  ContainerConfig,
  ContainerStatus,
  ExecSyncResult,
  LinuxContainerSecurityContext,
  Mount,
} from './container-messages.ts';
export type { AuthConfig, FilesystemUsage, Image, ImageFsInfo, ImageSpec } from './image-messages.ts';
export type { LinuxContainerResources, PodSandbox, PodSandboxConfig, PodSandboxStatus } from './sandbox-messages.ts';
export type { ContainerStats, PodSandboxStats } from './stats-messages.ts';
export { type ConnectedRuntime, connectRuntime, type ConnectRuntimeDeps, socketAddress } from './connect-runtime.ts';
export { fullImageName } from './full-image-name.ts';
export { FakeRuntime, type FakeRuntimeOptions } from './fake-runtime.ts';
export type { FakeImage } from './fake-images.ts';
export { type FakeProcessIo, type FakeProgram, idle } from './fake-process.ts';
