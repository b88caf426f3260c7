import type { ExecSession, PortForwarder, TerminalStreams } from '../../streaming/index.ts';
import type { Container, ContainerConfig, ContainerStatus, ExecSyncResult } from './container-messages.ts';
import type { AuthConfig, Image, ImageFsInfo, ImageSpec } from './image-messages.ts';
import type { Out } from '../../grpc/index.ts';
import type { LinuxContainerResources, PodSandbox, PodSandboxConfig, PodSandboxStatus } from './sandbox-messages.ts';
import type { containerEvent, statusResponse, versionResponse } from './services.ts';
import type { ContainerStats, PodSandboxStats } from './stats-messages.ts';

export type RuntimeVersion = Out<typeof versionResponse>;
export type RuntimeStatus = Out<typeof statusResponse>;
export type ContainerEvent = Out<typeof containerEvent>;

export interface Call {
  signal: AbortSignal;
}

export interface SandboxFilter {
  id?: string;
  state?: PodSandbox['state'];
  labels?: Readonly<Record<string, string>>;
}

export interface ContainerFilter {
  id?: string;
  sandboxId?: string;
  state?: Container['state'];
  labels?: Readonly<Record<string, string>>;
}

/**
 * What runs containers, as the node agent sees it. Every method rejects with a `RpcError` when the runtime refuses, and
 * with the signal's reason when the caller gives up. Stopping and removing what isn't there succeeds.
 */
export interface ContainerRuntime {
  readonly images: ImageService;

  version(o: Call): Promise<RuntimeVersion>;
  /** The conditions RuntimeReady and NetworkReady, and what the runtime's handlers can do; `verbose` adds its configuration. */
  status(o: Call & { verbose?: boolean }): Promise<RuntimeStatus>;
  /** The runtime's cgroup driver; undefined from runtimes too old to tell (containerd before 2.0). */
  cgroupDriver(o: Call): Promise<'systemd' | 'cgroupfs' | undefined>;
  /** Tells the runtime the node's range of pod addresses. */
  setPodCIDR(cidr: string, o: Call): Promise<void>;
  /** What happens to containers, as it happens. Rejects as `isUnimplemented` where it isn't offered (containerd before 1.7). */
  events(o: Call): AsyncIterable<ContainerEvent>;

  runPodSandbox(config: PodSandboxConfig, o: Call & { handler?: string }): Promise<string>;
  stopPodSandbox(id: string, o: Call): Promise<void>;
  removePodSandbox(id: string, o: Call): Promise<void>;
  podSandboxStatus(id: string, o: Call): Promise<PodSandboxStatus>;
  listPodSandboxes(filter: SandboxFilter, o: Call): Promise<PodSandbox[]>;
  listPodSandboxStats(o: Call): Promise<PodSandboxStats[]>;

  /** `sandbox` is the config that the sandbox was made with. */
  createContainer(sandboxId: string, config: ContainerConfig, o: Call & { sandbox: PodSandboxConfig }): Promise<string>;
  startContainer(id: string, o: Call): Promise<void>;
  /** Sends the stop signal, and SIGKILL after `graceSeconds`. */
  stopContainer(id: string, o: Call & { graceSeconds: number }): Promise<void>;
  removeContainer(id: string, o: Call): Promise<void>;
  containerStatus(id: string, o: Call): Promise<ContainerStatus>;
  listContainers(filter: ContainerFilter, o: Call): Promise<Container[]>;
  listContainerStats(filter: Omit<ContainerFilter, 'state'>, o: Call): Promise<ContainerStats[]>;
  updateContainerResources(id: string, resources: LinuxContainerResources, o: Call): Promise<void>;
  /** Makes the runtime open the container's log anew, after its file was moved away. */
  reopenContainerLog(id: string, o: Call): Promise<void>;

  /** Runs a command to its end. Rejects as `isDeadlineExceeded` when it takes longer than `timeoutSeconds`. */
  execSync(id: string, command: readonly string[], o: Call & { timeoutSeconds?: number }): Promise<ExecSyncResult>;
  exec(id: string, command: readonly string[], o: Call & TerminalStreams): Promise<ExecSession>;
  attach(id: string, o: Call & TerminalStreams): Promise<ExecSession>;
  portForward(sandboxId: string, o: Call): Promise<PortForwarder>;
}

export interface ImageService {
  list(o: Call): Promise<Image[]>;
  /** Undefined when the image isn't on this machine. */
  status(image: ImageSpec, o: Call): Promise<Image | undefined>;
  /** Resolves to the image's id, by which containers refer to it. */
  pull(image: ImageSpec, o: Call & { auth?: AuthConfig; sandbox?: PodSandboxConfig }): Promise<string>;
  /** Removing an image that isn't there succeeds. */
  remove(image: ImageSpec, o: Call): Promise<void>;
  fsInfo(o: Call): Promise<ImageFsInfo>;
}
