import { type Node, type Pod, pod as podKind, type PodStatus } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { isConflict, isNotFound } from '@tiphys/sdk/machinery';
import type { EventRecorder } from '@tiphys/sdk/operator';
import { type Clock, isAbort, type Logger, pacerOf, WorkQueue } from '@tiphys/sdk/runtime';
import { PodAddresses } from './addresses.ts';
import { tellOfContainer } from '../podspec/index.ts';
import { behaviourOf } from './behaviour.ts';
import type { SimNodesConfig } from './config.ts';
import { type ContainerLife, containerLives, ended, isRunning } from './container-life.ts';
import { ContainerRunner } from './container-runner.ts';
import { isReadyIn, type PodFacts, podStatus } from './pod-status.ts';
import type { Processes } from './processes.ts';
import type { PodWorlds } from './world/index.ts';

export interface PodRunnerDeps {
  readonly clientOf: (node: string) => Client;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly isOurs: (node: string) => boolean;
  readonly worlds: PodWorlds;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: SimNodesConfig;
}

/** What we did with a pod, since the cache tells it later. Moments are the clock's monotonic ones. */
interface Life {
  readonly node: string;
  readonly boundAt: number;
  /** What was told before anything ran. */
  told?: PodStatus;
  containers?: ContainerLife[];
  stopsAt?: number;
  ended?: boolean;
}

/** Until a node's pod network is known. */
const networkWaitMs = 20;
/** A start that takes less isn't told of: it would only be another write. */
const leastToldMs = 200;

/** Takes the pods of all simulated nodes through their lives. */
export class PodRunner {
  readonly #deps: PodRunnerDeps;
  readonly #queue: WorkQueue;
  readonly #containers: ContainerRunner;
  readonly #lives = new Map<string, Life>();
  readonly #networks = new Map<string, PodAddresses>();

  constructor(deps: PodRunnerDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue({ clock: deps.clock });
    this.#containers = new ContainerRunner({ ...deps, wake: (uid) => this.#queue.add(uid) });
  }

  /** The main processes of the containers. */
  get processes(): Processes {
    return this.#containers.processes;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { pods, config } = this.#deps;
    const end = pods.on((next, old) => this.#changed(next, old));
    try {
      await Promise.all(Array.from({ length: config.workers }, () => this.#work(signal)));
    } finally {
      end();
      this.#queue.close();
    }
  }

  #changed(next: Pod | undefined, old: Pod | undefined): void {
    const { nodeName } = (next ?? old)!.spec;
    if (!nodeName || !this.#deps.isOurs(nodeName)) return;
    const uid = (next ?? old)!.metadata.uid!;
    if (next) {
      if (!this.#lives.has(uid)) this.#lives.set(uid, { node: nodeName, boundAt: this.#deps.clock.monotonic() });
      this.#queue.add(uid);
    } else this.#forget(uid);
  }

  #forget(uid: string): void {
    const life = this.#lives.get(uid);
    this.#lives.delete(uid);
    this.#containers.forget(uid);
    this.#deps.worlds.forget(uid);
    if (life) this.#networks.get(life.node)?.release(uid);
  }

  async #work(signal: AbortSignal): Promise<void> {
    const pacer = pacerOf(this.#deps.clock);
    for (let uid = await this.#queue.take(signal); uid !== undefined; uid = await this.#queue.take(signal)) {
      await pacer.turn();
      const [pod, life] = [this.#deps.pods.byUid(uid), this.#lives.get(uid)];
      try {
        const againMs = pod && life ? await this.#step(pod, life, signal) : undefined;
        this.#queue.forget(uid);
        if (againMs !== undefined) this.#queue.addAfter(uid, againMs);
      } catch (err) {
        if (signal.aborted && isAbort(err)) return;
        if (!isNotFound(err)) {
          if (!isConflict(err)) this.#deps.log.warn('a pod could not be brought on', { uid, error: String(err) });
          this.#queue.retry(uid);
        }
      }
      this.#queue.done(uid);
    }
  }

  /** Does what is due for the pod; returns in how many milliseconds something else will be. */
  async #step(pod: Pod, life: Life, signal: AbortSignal): Promise<number | undefined> {
    if (pod.metadata.deletionTimestamp) return this.#stop(pod, life, signal);
    if (isOver(pod) || life.ended) return undefined;
    const { clock, config } = this.#deps;
    const facts = this.#facts(pod, life.node);
    if (!facts) return networkWaitMs;
    if (!life.containers) {
      const { startMs } = behaviourOf(pod, config);
      const wasRunning = pod.status?.phase === 'Running';
      const leftMs = wasRunning ? 0 : life.boundAt + startMs - clock.monotonic();
      if (leftMs > 0) {
        if (startMs >= leastToldMs && !life.told) {
          life.told = this.#statusOf(pod, containerLives(pod), { ...facts, podIP: undefined });
          await this.#write(pod, life, life.told, signal);
        }
        return leftMs;
      }
      life.containers = containerLives(pod);
      // One that ran before this process began runs on.
      if (wasRunning) for (const c of life.containers) await this.#containers.adopt(pod, c, facts, signal);
    }
    return this.#goOn(pod, life, { facts, lives: life.containers }, signal);
  }

  /** Brings the containers on, in their order: what comes first must have ended, or run, before the next begins. */
  async #goOn(pod: Pod, life: Life, { facts, lives }: Running, signal: AbortSignal): Promise<number | undefined> {
    joined(lives, pod);
    let changed = false;
    for (const c of lives) {
      changed = (await this.#containers.advance(pod, c, facts, signal)) || changed;
      const isThrough = c.role === 'init' ? c.status.state?.terminated?.exitCode === 0 : isRunning(c);
      if ((c.role === 'init' || c.role === 'sidecar') && !isThrough) break;
    }
    const status = this.#statusOf(pod, lives, facts);
    // Others opened or closed a gate, or took the node for lost.
    if (changed || (pod.status && isReadyIn(pod.status) !== isReadyIn(status))) {
      await this.#write(pod, life, status, signal);
    }
    if (status.phase === 'Succeeded' || status.phase === 'Failed') {
      life.ended = true;
      this.#networks.get(life.node)?.release(pod.metadata.uid!);
      return undefined;
    }
    const due = lives.flatMap((c) => c.dueAt ?? c.endsAt ?? []);
    return due.length ? Math.max(0, Math.min(...due) - this.#deps.clock.monotonic()) : undefined;
  }

  async #stop(pod: Pod, life: Life, signal: AbortSignal): Promise<number | undefined> {
    const { clock, clientOf, config, events } = this.#deps;
    const now = clock.monotonic();
    const lives = life.containers ?? containerLives(pod);
    if (!isOver(pod) && !life.ended) {
      if (life.stopsAt === undefined) {
        life.stopsAt = now + behaviourOf(pod, config).stopMs;
        for (const { container } of lives.filter(isRunning)) {
          tellOfContainer(events, pod, container.name)('Normal', 'Killing', `Stopping container ${container.name}`);
        }
        this.#containers.processes.stop(pod.metadata.uid!);
      }
      if (life.stopsAt > now) return life.stopsAt - now;
      const facts = this.#facts(pod, life.node);
      life.ended = true;
      for (const c of lives.filter(isRunning)) ended(c, 0, clock.now());
      if (facts)
        await this.#write(
          pod,
          life,
          podStatus(pod, facts, lives, () => false),
          signal,
        );
    }
    const preconditions = { uid: pod.metadata.uid! };
    await clientOf(life.node).delete(podKind, pod, { gracePeriodSeconds: 0, preconditions, signal });
    return undefined;
  }

  #statusOf(pod: Pod, lives: readonly ContainerLife[], facts: PodFacts): PodStatus {
    return podStatus(pod, facts, lives, (c) => this.#containers.restarts(pod, c));
  }

  async #write(pod: Pod, life: Life, status: PodStatus, signal: AbortSignal): Promise<void> {
    const patch = { metadata: { uid: pod.metadata.uid! }, status };
    await this.#deps
      .clientOf(life.node)
      .patch(podKind, pod, { type: 'strategic', patch }, { subresource: 'status', signal });
  }

  /** Undefined as long as the node has no pod network, or none of its addresses is free. */
  #facts(pod: Pod, nodeName: string): PodFacts | undefined {
    const { nodes, clock } = this.#deps;
    const node = nodes.get(undefined, nodeName);
    const hostIP = node?.status?.addresses?.[0]?.address;
    if (!node || !hostIP) return undefined;
    const nowMs = clock.now();
    if (pod.spec.hostNetwork) return { hostIP, podIP: hostIP, nowMs };
    let network = this.#networks.get(nodeName);
    if (!network) {
      if (!node.spec?.podCIDR) return undefined;
      this.#networks.set(nodeName, (network = this.#network(nodeName, node.spec.podCIDR)));
    }
    const podIP = network.of(pod.metadata.uid!, pod.status?.podIP);
    return podIP === undefined ? undefined : { hostIP, podIP, nowMs };
  }

  /** Pods of an earlier life have theirs before anybody is given one. */
  #network(nodeName: string, cidr: string): PodAddresses {
    const network = new PodAddresses(cidr);
    for (const { metadata, spec, status } of this.#deps.pods.list()) {
      if (spec.nodeName === nodeName && status?.podIP && !spec.hostNetwork) network.of(metadata.uid!, status.podIP);
    }
    return network;
  }
}

interface Running {
  readonly facts: PodFacts;
  readonly lives: ContainerLife[];
}

const isOver = ({ status }: Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Ephemeral containers may join at any time. */
function joined(lives: ContainerLife[], pod: Pod): void {
  if (!pod.spec.ephemeralContainers) return;
  for (const c of containerLives(pod)) if (!lives.some((l) => l.container.name === c.container.name)) lives.push(c);
}
