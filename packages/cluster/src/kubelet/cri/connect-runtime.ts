import type { Clock } from '@tiphys/sdk/runtime';
import {
  type CallOptions,
  Connection,
  isRpcNotFound,
  isUnimplemented,
  RpcError,
  type RpcClient,
} from '../../grpc/index.ts';
import {
  type ExecSession,
  openForwarder,
  openSession,
  type PortForwarder,
  type TerminalStreams,
} from '../../streaming/index.ts';
import type { Container, ContainerConfig, ContainerStatus, ExecSyncResult } from './container-messages.ts';
import type { AuthConfig, Image, ImageFsInfo, ImageSpec } from './image-messages.ts';
import type {
  Call,
  ContainerEvent,
  ContainerFilter,
  ContainerRuntime,
  ImageService,
  RuntimeStatus,
  RuntimeVersion,
  SandboxFilter,
} from './runtime.ts';
import type { LinuxContainerResources, PodSandbox, PodSandboxConfig, PodSandboxStatus } from './sandbox-messages.ts';
import { imageService, runtimeService } from './services.ts';
import type { ContainerStats, PodSandboxStats } from './stats-messages.ts';

export interface ConnectRuntimeDeps {
  readonly clock: Clock;
}

/** A runtime that is let go of again when it's no longer needed. */
export interface ConnectedRuntime extends ContainerRuntime {
  close(): void;
}

/** Upstream's bounds: on most calls, and on those that bring up a network. */
const timeoutMs = 120_000;
const sandboxTimeoutMs = 240_000;

/** Reaches a CRI v1 runtime over its socket. The connection is made when it's first needed, and anew after the runtime restarted. */
export function connectRuntime(socket: string, deps: ConnectRuntimeDeps): ConnectedRuntime {
  return new CriRuntime(new Connection(socketAddress(socket), deps));
}

/** A path, or a URL as `--container-runtime-endpoint` takes it. */
export const socketAddress = (socket: string): string => `unix:${socket.replace(/^unix:(\/\/)?/, '')}`;

class CriRuntime implements ConnectedRuntime {
  readonly images: ImageService;
  readonly #connection: Connection;
  readonly #service: RpcClient<typeof runtimeService>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#service = connection.service(runtimeService);
    this.images = new CriImages(connection.service(imageService));
  }

  close(): void {
    this.#connection.close();
  }

  version(o: Call): Promise<RuntimeVersion> {
    return this.#service.version({ version: '0.1.0' }, soon(o));
  }

  status({ verbose = false, ...o }: Call & { verbose?: boolean }): Promise<RuntimeStatus> {
    return this.#service.status({ verbose }, soon(o));
  }

  async cgroupDriver(o: Call): Promise<'systemd' | 'cgroupfs' | undefined> {
    try {
      const { linux } = await this.#service.runtimeConfig({}, soon(o));
      return linux?.cgroupDriver === 'SYSTEMD' ? 'systemd' : 'cgroupfs';
    } catch (err) {
      if (!isUnimplemented(err)) throw err;
    }
    // Too old to be asked; what it tells about itself says it as well.
    return driverIn((await this.status({ ...o, verbose: true })).info['config']);
  }

  async setPodCIDR(podCidr: string, o: Call): Promise<void> {
    await this.#service.updateRuntimeConfig({ runtimeConfig: { networkConfig: { podCidr } } }, soon(o));
  }

  events(o: Call): AsyncIterable<ContainerEvent> {
    return this.#service.getContainerEvents({}, o);
  }

  async runPodSandbox(
    config: PodSandboxConfig,
    { handler = '', signal }: Call & { handler?: string },
  ): Promise<string> {
    const request = { config, runtimeHandler: handler };
    return (await this.#service.runPodSandbox(request, { signal, timeoutMs: sandboxTimeoutMs })).podSandboxId;
  }

  async stopPodSandbox(podSandboxId: string, { signal }: Call): Promise<void> {
    await unlessGone(this.#service.stopPodSandbox({ podSandboxId }, { signal, timeoutMs: sandboxTimeoutMs }));
  }

  async removePodSandbox(podSandboxId: string, o: Call): Promise<void> {
    await unlessGone(this.#service.removePodSandbox({ podSandboxId }, soon(o)));
  }

  async podSandboxStatus(podSandboxId: string, o: Call): Promise<PodSandboxStatus> {
    const { status } = await this.#service.podSandboxStatus({ podSandboxId, verbose: false }, soon(o));
    return status ?? missing(`pod sandbox ${podSandboxId}`);
  }

  async listPodSandboxes({ id, state, labels }: SandboxFilter, o: Call): Promise<PodSandbox[]> {
    const filter = { id, labelSelector: labels, state: state && { state } };
    return (await this.#service.listPodSandbox({ filter }, soon(o))).items;
  }

  async listPodSandboxStats(o: Call): Promise<PodSandboxStats[]> {
    return (await this.#service.listPodSandboxStats({}, soon(o))).stats;
  }

  async createContainer(
    podSandboxId: string,
    config: ContainerConfig,
    { sandbox, ...o }: Call & { sandbox: PodSandboxConfig },
  ): Promise<string> {
    const request = { podSandboxId, config, sandboxConfig: sandbox };
    return (await this.#service.createContainer(request, soon(o))).containerId;
  }

  async startContainer(containerId: string, o: Call): Promise<void> {
    await this.#service.startContainer({ containerId }, soon(o));
  }

  async stopContainer(containerId: string, { graceSeconds, signal }: Call & { graceSeconds: number }): Promise<void> {
    const timeout = Math.max(0, Math.ceil(graceSeconds));
    const bound = { signal, timeoutMs: timeout * 1000 + timeoutMs };
    await unlessGone(this.#service.stopContainer({ containerId, timeout }, bound));
  }

  async removeContainer(containerId: string, o: Call): Promise<void> {
    await unlessGone(this.#service.removeContainer({ containerId }, soon(o)));
  }

  async containerStatus(containerId: string, o: Call): Promise<ContainerStatus> {
    const { status } = await this.#service.containerStatus({ containerId, verbose: false }, soon(o));
    return status ?? missing(`container ${containerId}`);
  }

  async listContainers({ id, sandboxId, state, labels }: ContainerFilter, o: Call): Promise<Container[]> {
    const filter = { id, podSandboxId: sandboxId, labelSelector: labels, state: state && { state } };
    return (await this.#service.listContainers({ filter }, soon(o))).containers;
  }

  async listContainerStats(
    { id, sandboxId, labels }: Omit<ContainerFilter, 'state'>,
    o: Call,
  ): Promise<ContainerStats[]> {
    const filter = { id, podSandboxId: sandboxId, labelSelector: labels };
    return (await this.#service.listContainerStats({ filter }, soon(o))).stats;
  }

  async updateContainerResources(containerId: string, linux: LinuxContainerResources, o: Call): Promise<void> {
    await this.#service.updateContainerResources({ containerId, linux }, soon(o));
  }

  async reopenContainerLog(containerId: string, o: Call): Promise<void> {
    await this.#service.reopenContainerLog({ containerId }, soon(o));
  }

  execSync(
    containerId: string,
    cmd: readonly string[],
    { timeoutSeconds = 0, signal }: Call & { timeoutSeconds?: number },
  ): Promise<ExecSyncResult> {
    // Whole seconds, and 0 is for ever; the runtime ends the command, so our own bound comes later.
    const timeout = Math.ceil(timeoutSeconds);
    const bound = timeout ? { timeoutMs: timeout * 1000 + timeoutMs } : {};
    return this.#service.execSync({ containerId, cmd, timeout }, { signal, ...bound });
  }

  async exec(
    containerId: string,
    cmd: readonly string[],
    { signal, ...streams }: Call & TerminalStreams,
  ): Promise<ExecSession> {
    const { url } = await this.#service.exec({ containerId, cmd, ...explicit(streams) }, soon({ signal }));
    return openSession(url, { signal, ...streams });
  }

  async attach(containerId: string, { signal, ...streams }: Call & TerminalStreams): Promise<ExecSession> {
    const { url } = await this.#service.attach({ containerId, ...explicit(streams) }, soon({ signal }));
    return openSession(url, { signal, ...streams });
  }

  async portForward(podSandboxId: string, { signal }: Call): Promise<PortForwarder> {
    const { url } = await this.#service.portForward({ podSandboxId }, soon({ signal }));
    return openForwarder(url, { signal });
  }
}

class CriImages implements ImageService {
  readonly #service: RpcClient<typeof imageService>;

  constructor(service: RpcClient<typeof imageService>) {
    this.#service = service;
  }

  async list(o: Call): Promise<Image[]> {
    return (await this.#service.listImages({}, soon(o))).images;
  }

  async status(image: ImageSpec, o: Call): Promise<Image | undefined> {
    return (await this.#service.imageStatus({ image, verbose: false }, soon(o))).image ?? undefined;
  }

  /** Has no bound: the runtime gives up by itself when nothing comes any more. */
  async pull(
    image: ImageSpec,
    { auth, sandbox, signal }: Call & { auth?: AuthConfig; sandbox?: PodSandboxConfig },
  ): Promise<string> {
    return (await this.#service.pullImage({ image, auth, sandboxConfig: sandbox }, { signal })).imageRef;
  }

  async remove(image: ImageSpec, o: Call): Promise<void> {
    await unlessGone(this.#service.removeImage({ image }, soon(o)));
  }

  fsInfo(o: Call): Promise<ImageFsInfo> {
    return this.#service.imageFsInfo({}, soon(o));
  }
}

const soon = ({ signal }: Call): CallOptions => ({ signal, timeoutMs });

/** The runtime validates the flags together, so each is said. */
const explicit = ({ stdin = false, stdout = false, stderr = false, tty = false }: TerminalStreams) => ({
  stdin,
  stdout,
  stderr: stderr && !tty,
  tty,
});

async function unlessGone(call: Promise<unknown>): Promise<void> {
  await call.catch((err: unknown) => {
    if (!isRpcNotFound(err)) throw err;
  });
}

function missing(what: string): never {
  throw new RpcError('NotFound', `${what} not found`);
}

interface RuntimeInfo {
  containerd?: { runtimes?: Record<string, { options?: { SystemdCgroup?: boolean } }>; defaultRuntimeName?: string };
}

/** What containerd's configuration, as it tells it, says of its default runtime. */
function driverIn(config: string | undefined): 'systemd' | 'cgroupfs' | undefined {
  if (!config) return undefined;
  const { containerd } = JSON.parse(config) as RuntimeInfo;
  const runtime = containerd?.runtimes?.[containerd.defaultRuntimeName ?? 'runc'];
  if (!runtime) return undefined;
  return runtime.options?.SystemdCgroup ? 'systemd' : 'cgroupfs';
}
