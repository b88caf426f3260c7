import { PassThrough, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Clock, type Random, throwIfAborted } from '@tiphys/sdk/runtime';
import type { ExecSession, ForwardedConnection, PortForwarder, TerminalStreams } from '../../streaming/index.ts';
import type { Container, ContainerConfig, ContainerStatus, ExecSyncResult } from './container-messages.ts';
import { FakeEvents } from './fake-events.ts';
import { FakeImages } from './fake-images.ts';
import { FakeProcess, type FakeProgram, idle } from './fake-process.ts';
import { createdContainer, hasLabels, listedContainer, listedSandbox, readySandbox } from './fake-statuses.ts';
import type { LinuxContainerResources, PodSandbox, PodSandboxConfig, PodSandboxStatus } from './sandbox-messages.ts';
import type {
  Call,
  ContainerEvent,
  ContainerFilter,
  ContainerRuntime,
  RuntimeStatus,
  RuntimeVersion,
  SandboxFilter,
} from './runtime.ts';
import { RpcError } from '../../grpc/index.ts';
import type { ContainerStats, PodSandboxStats } from './stats-messages.ts';

export interface FakeRuntimeOptions {
  clock: Clock;
  random: Random;
  /** What the containers and the commands of exec do. */
  program?: FakeProgram;
  /** What answers at the ports of pods; connections are refused without it. */
  serve?: (port: number) => Duplex;
  /** False: `events` isn't offered, as by containerd before 1.7. */
  hasEvents?: boolean;
}

interface FakeSandbox {
  config: PodSandboxConfig;
  status: PodSandboxStatus;
}

interface FakeContainer {
  sandboxId: string;
  config: ContainerConfig;
  status: ContainerStatus;
  process?: FakeProcess;
  resources: LinuxContainerResources;
  logReopens: number;
}

/** A runtime in memory: containers are programs given by the test, time is the clock's. Passes the contract of the real one. */
export class FakeRuntime implements ContainerRuntime {
  readonly images: FakeImages;
  readonly #options: FakeRuntimeOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sandboxes = new Map<string, FakeSandbox>();
  readonly #containers = new Map<string, FakeContainer>();
  readonly #events = new FakeEvents();
  #addresses = 1;
  /** Set it, and every call fails as if the runtime were gone. */
  isDown = false;
  /** Set it, and the network is not ready with this message. */
  networkProblem = '';
  podCIDR = '';

  constructor(options: FakeRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#random = options.random;
    this.images = new FakeImages(options.clock);
  }

  async version(o: Call): Promise<RuntimeVersion> {
    this.#enter(o);
    return { version: '0.1.0', runtimeName: 'fake', runtimeVersion: '1.0.0', runtimeApiVersion: 'v1' };
  }

  async status(o: Call): Promise<RuntimeStatus> {
    this.#enter(o);
    const message = this.networkProblem;
    const network = { type: 'NetworkReady', status: !message, reason: message && 'NetworkPluginNotReady', message };
    return {
      status: { conditions: [{ type: 'RuntimeReady', status: true, reason: '', message: '' }, network] },
      info: {},
      runtimeHandlers: [],
      features: null,
    };
  }

  async cgroupDriver(o: Call): Promise<'systemd' | 'cgroupfs' | undefined> {
    this.#enter(o);
    return 'cgroupfs';
  }

  async setPodCIDR(cidr: string, o: Call): Promise<void> {
    this.#enter(o);
    this.podCIDR = cidr;
  }

  async *events(o: Call): AsyncGenerator<ContainerEvent> {
    this.#enter(o);
    if (this.#options.hasEvents === false) {
      throw new RpcError('Unimplemented', 'unknown method GetContainerEvents for service runtime.v1.RuntimeService');
    }
    for await (const event of this.#events.from(o.signal)) {
      this.#enter(o);
      yield event;
    }
  }

  async runPodSandbox(
    config: PodSandboxConfig,
    { signal, handler = '' }: Call & { handler?: string },
  ): Promise<string> {
    this.#enter({ signal });
    const id = this.#newId();
    const isOnHost = config.linux?.securityContext?.namespaceOptions?.network === 'NODE';
    const ip = isOnHost ? '' : this.#newAddress();
    const status = readySandbox(config, { id, createdAt: this.#nowNanos(), ip, handler });
    this.#sandboxes.set(id, { config, status });
    this.#tell('CONTAINER_CREATED_EVENT', id, id);
    this.#tell('CONTAINER_STARTED_EVENT', id, id);
    return id;
  }

  async stopPodSandbox(id: string, o: Call): Promise<void> {
    this.#enter(o);
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) return;
    for (const c of this.#containers.values()) if (c.sandboxId === id) c.process?.kill(137);
    await this.#clock.yield();
    if (sandbox.status.state === 'SANDBOX_READY') {
      sandbox.status = { ...sandbox.status, state: 'SANDBOX_NOTREADY', network: null };
      this.#tell('CONTAINER_STOPPED_EVENT', id, id);
    }
  }

  async removePodSandbox(id: string, o: Call): Promise<void> {
    if (!this.#sandboxes.has(id)) return this.#enter(o);
    await this.stopPodSandbox(id, o);
    for (const [containerId, c] of this.#containers) if (c.sandboxId === id) await this.removeContainer(containerId, o);
    this.#tell('CONTAINER_DELETED_EVENT', id, id);
    this.#sandboxes.delete(id);
  }

  async podSandboxStatus(id: string, o: Call): Promise<PodSandboxStatus> {
    this.#enter(o);
    return this.#sandbox(id).status;
  }

  async listPodSandboxes(filter: SandboxFilter, o: Call): Promise<PodSandbox[]> {
    this.#enter(o);
    return [...this.#sandboxes.values()]
      .map(({ status }) => listedSandbox(status))
      .filter((s) => !filter.id || s.id.startsWith(filter.id))
      .filter((s) => (!filter.state || s.state === filter.state) && hasLabels(s.labels, filter.labels));
  }

  async listPodSandboxStats(o: Call): Promise<PodSandboxStats[]> {
    this.#enter(o);
    return [...this.#sandboxes.values()].map(({ status: { id, metadata, labels, annotations } }) => ({
      attributes: { id, metadata, labels, annotations },
      linux: null,
    }));
  }

  async createContainer(sandboxId: string, config: ContainerConfig, o: Call): Promise<string> {
    this.#enter(o);
    const sandbox = this.#sandbox(sandboxId);
    if (sandbox.status.state !== 'SANDBOX_READY') {
      throw new RpcError('Unknown', `failed to get sandbox container task: no running task found`);
    }
    const wanted = config.image?.image ?? '';
    const image = this.images.find(wanted);
    if (!image) throw new RpcError('NotFound', `failed to resolve image "${wanted}": not found`);
    const id = this.#newId();
    const { logDirectory = '' } = sandbox.config;
    const status = createdContainer(config, { id, createdAt: this.#nowNanos(), image, logDirectory });
    const resources = config.linux?.resources ?? {};
    this.#containers.set(id, { sandboxId, config, status, resources, logReopens: 0 });
    this.#tell('CONTAINER_CREATED_EVENT', id, sandboxId);
    return id;
  }

  async startContainer(id: string, o: Call): Promise<void> {
    this.#enter(o);
    const container = this.#container(id);
    if (container.status.state !== 'CONTAINER_CREATED') {
      throw new RpcError('Unknown', `container "${id}" is in ${container.status.state} state`);
    }
    const { command = [], args = [] } = container.config;
    const process = new FakeProcess(this.#options.program ?? idle, [...command, ...args], this.#clock);
    container.process = process;
    container.status = { ...container.status, state: 'CONTAINER_RUNNING', startedAt: this.#nowNanos() };
    this.#tell('CONTAINER_STARTED_EVENT', id, container.sandboxId);
    void process.exitCode.then((exitCode) => {
      const reason = exitCode === 0 ? 'Completed' : 'Error';
      const finishedAt = this.#nowNanos();
      container.status = { ...container.status, state: 'CONTAINER_EXITED', exitCode, reason, finishedAt };
      this.#tell('CONTAINER_STOPPED_EVENT', id, container.sandboxId);
    });
  }

  async stopContainer(id: string, { graceSeconds, ...o }: Call & { graceSeconds: number }): Promise<void> {
    this.#enter(o);
    const container = this.#containers.get(id);
    if (container?.status.state === 'CONTAINER_RUNNING') await container.process?.stop(graceSeconds);
  }

  async removeContainer(id: string, o: Call): Promise<void> {
    this.#enter(o);
    const container = this.#containers.get(id);
    if (!container) return;
    container.process?.kill(137);
    await container.process?.exitCode;
    this.#containers.delete(id);
    this.#tell('CONTAINER_DELETED_EVENT', id, container.sandboxId);
  }

  async containerStatus(id: string, o: Call): Promise<ContainerStatus> {
    this.#enter(o);
    return this.#container(id).status;
  }

  async listContainers({ id, sandboxId, state, labels }: ContainerFilter, o: Call): Promise<Container[]> {
    this.#enter(o);
    return [...this.#containers.values()]
      .map(({ status, sandboxId: of }) => listedContainer(status, of))
      .filter((c) => (!id || c.id.startsWith(id)) && (!sandboxId || c.podSandboxId === sandboxId))
      .filter((c) => (!state || c.state === state) && hasLabels(c.labels, labels));
  }

  async listContainerStats(filter: Omit<ContainerFilter, 'state'>, o: Call): Promise<ContainerStats[]> {
    const running = await this.listContainers({ ...filter, state: 'CONTAINER_RUNNING' }, o);
    const timestamp = this.#nowNanos();
    return running.map(({ id, metadata, labels, annotations }) => ({
      attributes: { id, metadata, labels, annotations },
      cpu: { timestamp, usageCoreNanoSeconds: { value: 0 }, usageNanoCores: null },
      memory: null,
      writableLayer: null,
      swap: null,
    }));
  }

  async updateContainerResources(id: string, resources: LinuxContainerResources, o: Call): Promise<void> {
    this.#enter(o);
    const container = this.#container(id);
    container.resources = { ...container.resources, ...resources };
  }

  async reopenContainerLog(id: string, o: Call): Promise<void> {
    this.#enter(o);
    this.#running(id);
    this.#container(id).logReopens++;
  }

  async execSync(
    id: string,
    command: readonly string[],
    { timeoutSeconds = 0, ...o }: Call & { timeoutSeconds?: number },
  ): Promise<ExecSyncResult> {
    this.#enter(o);
    this.#running(id);
    const process = new FakeProcess(this.#options.program ?? idle, command, this.#clock);
    process.stdin.end();
    let isLate = false;
    const cancel = timeoutSeconds
      ? this.#clock.after(timeoutSeconds * 1000, () => {
          isLate = true;
          process.kill(137);
        })
      : () => undefined;
    const [stdout, stderr, exitCode] = await Promise.all([
      buffer(process.stdout),
      buffer(process.stderr),
      process.exitCode,
    ]);
    cancel();
    if (!isLate) return { stdout, stderr, exitCode };
    const ms = timeoutSeconds * 1000;
    throw new RpcError(
      'DeadlineExceeded',
      `failed to exec in container: timeout ${ms / 1000}s exceeded: context deadline exceeded`,
    );
  }

  async exec(
    id: string,
    command: readonly string[],
    { signal, ...streams }: Call & TerminalStreams,
  ): Promise<ExecSession> {
    this.#enter({ signal });
    this.#running(id);
    const process = new FakeProcess(this.#options.program ?? idle, command, this.#clock);
    if (!streams.stdin) process.stdin.end();
    return process.session(streams, () => process.kill(137));
  }

  async attach(id: string, { signal, ...streams }: Call & TerminalStreams): Promise<ExecSession> {
    this.#enter({ signal });
    return this.#running(id).session(streams, () => undefined);
  }

  async portForward(sandboxId: string, o: Call): Promise<PortForwarder> {
    this.#enter(o);
    this.#sandbox(sandboxId);
    const { serve } = this.#options;
    return {
      connect(port): ForwardedConnection {
        if (serve) return { data: serve(port), error: Promise.resolve(undefined) };
        return { data: new PassThrough().end(), error: Promise.resolve(`connection to port ${port} refused`) };
      },
      close: () => undefined,
    };
  }

  /** Ends a container's process from within, as a crash or the kernel would. */
  async crash(containerId: string, exitCode: number): Promise<void> {
    const process = this.#running(containerId);
    process.kill(exitCode);
    await process.exitCode;
  }

  /** The containers that run, for invariants such as "none twice". */
  running(): { name: string; pod: string; id: string; resources: LinuxContainerResources; logReopens: number }[] {
    return [...this.#containers.values()]
      .filter((c) => c.status.state === 'CONTAINER_RUNNING')
      .map(({ status, sandboxId, resources, logReopens }) => ({
        name: status.metadata?.name ?? '',
        pod: this.#sandboxes.get(sandboxId)?.status.metadata?.name ?? '',
        id: status.id,
        resources,
        logReopens,
      }));
  }

  #enter({ signal }: Call): void {
    throwIfAborted(signal);
    if (this.isDown) throw new RpcError('Unavailable', 'connection error: desc = "transport is closing"');
  }

  #tell(containerEventType: ContainerEvent['containerEventType'], containerId: string, sandboxId: string): void {
    const containersStatuses = [...this.#containers.values()]
      .filter((c) => c.sandboxId === sandboxId)
      .map((c) => c.status);
    const podSandboxStatus = this.#sandboxes.get(sandboxId)?.status ?? null;
    const createdAt = this.#nowNanos();
    this.#events.tell({ containerId, containerEventType, createdAt, podSandboxStatus, containersStatuses });
  }

  #sandbox(id: string): FakeSandbox {
    const found = this.#sandboxes.get(id);
    if (!found) throw new RpcError('NotFound', `an error occurred when try to find sandbox: not found`);
    return found;
  }

  #container(id: string): FakeContainer {
    const found = this.#containers.get(id);
    if (!found) throw new RpcError('NotFound', `an error occurred when try to find container "${id}": not found`);
    return found;
  }

  #running(id: string): FakeProcess {
    const { process, status } = this.#container(id);
    if (process && status.state === 'CONTAINER_RUNNING') return process;
    throw new RpcError('Unknown', `container is in ${status.state} state`);
  }

  #nowNanos(): number {
    return this.#clock.now() * 1e6;
  }

  #newId(): string {
    return Buffer.from(this.#random.bytes(32)).toString('hex');
  }

  #newAddress(): string {
    const n = ++this.#addresses;
    return `10.88.${(n >> 8) & 255}.${n & 255}`;
  }
}
