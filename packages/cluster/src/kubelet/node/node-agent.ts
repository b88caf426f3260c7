import { node as nodeKind, type Node, type NodeManifest, type NodeStatus } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal, isAlreadyExists, isNotFound, type JsonObject } from '@tiphys/sdk/machinery';
import type { EventRecorder } from '@tiphys/sdk/operator';
import { Broadcast, type Clock, type Logger, type Random, throwIfAborted } from '@tiphys/sdk/runtime';
import type { KubeletConfig } from '../config.ts';
import type { ContainerRuntime } from '../cri/index.ts';
import { eventFor } from './conditions.ts';
import { keepLease } from './node-lease.ts';
import type { Machine } from './machine.ts';
import { nodeStatus } from './node-status.ts';

export interface NodeAgentDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly config: KubeletConfig;
  readonly runtime: ContainerRuntime;
  readonly machine: Machine;
  /** Why the node can't run pods, beside what the runtime says of itself. */
  readonly problems: () => readonly string[];
}

/** The node is looked at this often, and told of anyway after the longer time: the lease is its heartbeat. */
const lookMs = 10_000;
const tellMs = 300_000;
/** While the node isn't ready yet, users wait for it. */
const eagerLookMs = 500;
const registerRetry = { firstMs: 200, longestMs: 7000 };

/** The node as an object: registers it, tells how it does, and keeps its lease. */
export class NodeAgent {
  readonly #o: NodeAgentDeps;
  readonly #log: Logger;
  readonly #changed = new Broadcast();
  #runtimeVersion = '';
  #networkProblem: string | undefined = 'the runtime has not been asked yet';
  #told: NodeStatus | undefined;
  #toldAt = -Infinity;
  #isReady = false;

  constructor(deps: NodeAgentDeps) {
    this.#o = deps;
    this.#log = deps.log.child({ node: deps.config.nodeName });
  }

  networkProblem(): string | undefined {
    return this.#networkProblem;
  }

  allocatable(): Readonly<Record<string, string>> {
    return this.#told?.allocatable ?? {};
  }

  /** Makes the node known; resolves to it when the server has it. */
  async register(signal: AbortSignal): Promise<Node> {
    const { clock, events } = this.#o;
    const status = await this.#look(undefined, signal);
    for (let attempt = 0; ; attempt++) {
      try {
        const node = await this.#createOrAdopt(status, signal);
        this.#told = node.status;
        events.event({ kind: nodeKind, object: this.#subject() }, 'Normal', 'Starting', 'Starting kubelet.');
        this.#log.info('node registered');
        return node;
      } catch (err) {
        throwIfAborted(signal);
        this.#log.warn('the node could not be registered', { error: String(err) });
      }
      await clock.sleep(Math.min(registerRetry.longestMs, registerRetry.firstMs * 2 ** attempt), signal);
    }
  }

  /** Tells users that something is wrong with the node. */
  warn(reason: string, message: string): void {
    this.#o.events.event({ kind: nodeKind, object: this.#subject() }, 'Warning', reason, message);
  }

  /** Something that the status depends on is different. */
  wake(): void {
    this.#changed.notify();
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#tellAgain(signal), keepLease(this.#o, signal)]);
  }

  async #tellAgain(signal: AbortSignal): Promise<void> {
    const { clock } = this.#o;
    for (;;) {
      try {
        await this.#tell(signal);
      } catch (err) {
        throwIfAborted(signal);
        this.#log.warn('the node status could not be written', { error: String(err) });
      }
      await this.#changed.nextWithin(clock, this.#isReady ? lookMs : eagerLookMs, signal);
      throwIfAborted(signal);
    }
  }

  /** Writes the status when it is news, or when it hasn't been told for long. */
  async #tell(signal: AbortSignal): Promise<void> {
    const { client, clock, config } = this.#o;
    const next = await this.#look(this.#told, signal);
    const isNews = !this.#told || !equal(withoutBeats(next), withoutBeats(this.#told));
    if (!isNews && clock.monotonic() - this.#toldAt < tellMs) return;
    const key = { metadata: { name: config.nodeName } };
    const patch = { status: next as unknown as JsonObject };
    try {
      const stored = await client.patch(nodeKind, key, { type: 'strategic', patch }, { subresource: 'status', signal });
      this.#announce(this.#told, next);
      this.#told = stored.status;
      this.#toldAt = clock.monotonic();
    } catch (err) {
      if (!isNotFound(err)) throw err;
      await this.#createOrAdopt(next, signal); // somebody deleted it
    }
  }

  async #look(before: NodeStatus | undefined, signal: AbortSignal): Promise<NodeStatus> {
    const { runtime, machine, config, clock, problems } = this.#o;
    const found: string[] = [...problems()];
    let images: Awaited<ReturnType<ContainerRuntime['images']['list']>> = [];
    try {
      if (!this.#runtimeVersion) {
        const { runtimeName, runtimeVersion } = await runtime.version({ signal });
        this.#runtimeVersion = `${runtimeName}://${runtimeVersion.replace(/^v/, '')}`;
      }
      const { status } = await runtime.status({ signal });
      this.#networkProblem = undefined;
      for (const { type, status: holds, reason, message } of status?.conditions ?? []) {
        if (holds) continue;
        const why = `reason:${reason} message:${message}`;
        if (type === 'NetworkReady') {
          this.#networkProblem = `NetworkReady=false ${why}`;
          found.push(`container runtime network not ready: ${this.#networkProblem}`);
        } else if (type === 'RuntimeReady') found.push(`container runtime not ready: RuntimeReady=false ${why}`);
      }
      images = await runtime.images.list({ signal });
    } catch {
      throwIfAborted(signal);
      found.push('container runtime is down');
    }
    this.#isReady = found.length === 0;
    return nodeStatus(before, {
      config,
      machine: machine.facts,
      health: { usage: await machine.usage(), memoryCapacityBytes: machine.facts.memoryBytes, problems: found },
      runtimeVersion: this.#runtimeVersion,
      images,
      nowMs: clock.now(),
    });
  }

  async #createOrAdopt(status: NodeStatus, signal: AbortSignal): Promise<Node> {
    const { client, config } = this.#o;
    const wanted = nodeObject(config, status);
    try {
      return await client.create(nodeKind, wanted, { signal });
    } catch (err) {
      if (!isAlreadyExists(err)) throw err;
    }
    // It was here before: its labels are brought up to date, its taints and range of pods are others' by now.
    const metadata = { labels: wanted.metadata!.labels ?? {} };
    await client.patch(
      nodeKind,
      { metadata: { name: config.nodeName } },
      { type: 'strategic', patch: { metadata } },
      { signal },
    );
    const patch = { status: status as unknown as JsonObject };
    return client.patch(
      nodeKind,
      { metadata: { name: config.nodeName } },
      { type: 'strategic', patch },
      { subresource: 'status', signal },
    );
  }

  #announce(before: NodeStatus | undefined, now: NodeStatus): void {
    const { events, config } = this.#o;
    for (const condition of now.conditions ?? []) {
      const old = before?.conditions?.find((c) => c.type === condition.type);
      const reason = eventFor(condition);
      if (!reason || old?.status === condition.status) continue;
      const message = `Node ${config.nodeName} status is now: ${reason}`;
      events.event({ kind: nodeKind, object: this.#subject() }, 'Normal', reason, message);
    }
  }

  // Events about nodes carry the name as the uid: the first ones are written before there is one.
  #subject() {
    const { nodeName } = this.#o.config;
    return { metadata: { name: nodeName, uid: nodeName } };
  }
}

function nodeObject(config: KubeletConfig, status: NodeStatus): NodeManifest {
  const { nodeName, hostname, nodeLabels, registerWithTaints, podCIDR } = config;
  const { architecture, operatingSystem } = status.nodeInfo;
  return {
    metadata: {
      name: nodeName,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': operatingSystem,
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': hostname,
        'kubernetes.io/os': operatingSystem,
        ...nodeLabels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      ...(podCIDR && { podCIDR, podCIDRs: [podCIDR] }),
      ...(registerWithTaints.length && {
        taints: registerWithTaints.map((t) => ({ ...t, effect: t.effect as 'NoSchedule' })),
      }),
    },
    status,
  };
}

/** What doesn't count as news. */
const withoutBeats = ({ conditions = [], ...rest }: NodeStatus) => ({
  ...rest,
  conditions: conditions.map((c) => ({ ...c, lastHeartbeatTime: null })),
});
