import assert from 'node:assert/strict';
import { event as eventKind, node as nodeKind, pod as podKind, type Pod, type PodManifest } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { nullLogger, seededRandom } from '@tiphys/sdk/runtime';
import { FakeClient, SimClock } from '@tiphys/sdk/testing';
import { defaultKubeletConfig, type KubeletConfig } from './config.ts';
import { type FakeProgram, FakeRuntime } from './cri/index.ts';
import { FakeHost } from './fake-host.ts';
import { runKubelet } from './kubelet.ts';

export interface SceneOptions {
  readonly program?: FakeProgram;
  readonly config?: Partial<KubeletConfig>;
}

/** A node on simulated time: a fake server, a fake runtime, a fake machine, and the real agent between them. */
export class KubeletScene implements AsyncDisposable {
  readonly clock = new SimClock();
  readonly random = seededRandom('kubelet');
  readonly client = new FakeClient({ clock: this.clock, random: this.random });
  readonly host = new FakeHost();
  readonly runtime: FakeRuntime;
  readonly config: KubeletConfig;
  /** Whether what it runs ends with the agent. */
  endsPods = false;
  #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor({ program, config }: SceneOptions = {}) {
    this.runtime = new FakeRuntime({ clock: this.clock, random: this.random, ...(program && { program }) });
    this.runtime.images.load('app:1');
    this.config = {
      ...defaultKubeletConfig,
      nodeName: 'node-1',
      hostname: 'node-1',
      nodeIPs: ['192.168.0.1'],
      clusterDNS: ['10.96.0.10'],
      ...config,
    };
  }

  /** Starts the agent and waits until its node is ready. */
  async start(): Promise<this> {
    this.#stop = new AbortController();
    const { clock, client, random, runtime, host, config } = this;
    const log = nullLogger;
    const cache = new SharedCache({ client, clock, random, log }, this.#stop.signal);
    const endsPods = () => this.endsPods;
    const deps = { client, cache, clock, random, log, config, runtime, host, endsPods };
    this.#running = runKubelet(deps, this.#stop.signal);
    this.#running.catch((err: unknown) => assert.ifError(this.#stop.signal.aborted ? undefined : err));
    const isReady = async () => {
      const { items } = await client.list(nodeKind);
      return items[0]?.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    };
    await this.until(isReady);
    return this;
  }

  /** Stops the agent; what it runs goes on unless told. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const stopped = this.#running?.finally(() => (isStopped = true));
    let isStopped = !stopped;
    while (!isStopped) await this.clock.advance(100);
    await stopped;
  }

  create(manifest: PodManifest & Pick<Required<PodManifest>, 'spec'>): Promise<Pod> {
    return this.client.create(podKind, {
      ...manifest,
      metadata: { namespace: 'default', name: 'web', ...manifest.metadata },
      spec: { nodeName: 'node-1', ...manifest.spec },
    });
  }

  async pod(name = 'web'): Promise<Pod | undefined> {
    const { items } = await this.client.list(podKind);
    return items.find((p) => p.metadata.name === name);
  }

  /** Lets time pass until the condition holds. */
  async until(condition: () => Promise<unknown>, limitMs = 600_000): Promise<void> {
    const end = this.clock.monotonic() + limitMs;
    while (!(await condition())) {
      assert.ok(this.clock.monotonic() < end, 'the condition was not met in time');
      await this.clock.advance(100);
    }
  }

  /** The pod, once it is as wanted. */
  async podWhen(wanted: (pod: Pod) => unknown, limitMs?: number): Promise<Pod> {
    let found: Pod | undefined;
    const holds = async () => {
      found = await this.pod();
      return found && wanted(found);
    };
    await this.until(holds, limitMs);
    return found!;
  }

  /** What users were told, in order: `Reason: message`. */
  async events(): Promise<string[]> {
    const { items } = await this.client.list(eventKind);
    return items
      .filter((e) => e.involvedObject.kind === 'Pod')
      .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map((e) => `${e.reason}: ${e.message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;

/** The state of the first container, as `kubectl get` shows its reason. */
export const mainOf = ({ status }: Pod) => status.containerStatuses?.[0];
