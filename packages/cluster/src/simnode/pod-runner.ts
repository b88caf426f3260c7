import { type Node, type Pod, pod as podKind, type PodStatus } from '@tiphys/sdk/api';
import type { Informer } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { isConflict, isNotFound } from '@tiphys/sdk/machinery';
import { backoff, type Clock, isAbort, type Logger, pacerOf, WorkQueue } from '@tiphys/sdk/runtime';
import { PodAddresses } from './addresses.ts';
import { behaviourOf } from './behaviour.ts';
import type { SimNodesConfig } from './config.ts';
import { creatingStatus, endedStatus, type PodFacts, restartCountOf, runningStatus } from './pod-status.ts';

export interface PodRunnerDeps {
  readonly clientOf: (node: string) => Client;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly isOurs: (node: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: SimNodesConfig;
}

/** What we did with a pod, since the cache tells it later. Moments are the clock's monotonic ones. */
interface Life {
  readonly node: string;
  readonly boundAt: number;
  creating?: boolean;
  startedAt?: number;
  /** Its containers ended and will run again then. */
  restartsAt?: number;
  stopsAt?: number;
  ended?: boolean;
}

/** Until a node's pod network is known. */
const networkWaitMs = 20;
/** A start that takes less isn't told of: it would only be another write. */
const leastToldMs = 200;
const restarts = { baseMs: 10_000, maxMs: 300_000 };

/** Takes the pods of all simulated nodes through their lives. */
export class PodRunner {
  readonly #deps: PodRunnerDeps;
  readonly #queue: WorkQueue;
  readonly #lives = new Map<string, Life>();
  readonly #networks = new Map<string, PodAddresses>();

  constructor(deps: PodRunnerDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue({ clock: deps.clock });
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
    const phase = pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed' || life.ended) return undefined;
    return life.startedAt === undefined ? this.#start(pod, life, signal) : this.#goOn(pod, life, signal);
  }

  async #start(pod: Pod, life: Life, signal: AbortSignal): Promise<number | undefined> {
    const { clock, config } = this.#deps;
    const facts = this.#facts(pod, life.node);
    if (!facts) return networkWaitMs;
    const { startMs } = behaviourOf(pod, config);
    const wasRunning = pod.status?.phase === 'Running';
    const leftMs = wasRunning ? 0 : life.boundAt + startMs - clock.monotonic();
    if (leftMs > 0) {
      if (startMs >= leastToldMs && !life.creating) {
        life.creating = true;
        await this.#write(pod, life, creatingStatus(pod, facts), signal);
      }
      return leftMs;
    }
    // One that ran before this process began runs on.
    if (!wasRunning) await this.#write(pod, life, runningStatus(pod, facts), signal);
    life.startedAt = clock.monotonic();
    return this.#goOn(pod, life, signal);
  }

  async #goOn(pod: Pod, life: Life, signal: AbortSignal): Promise<number | undefined> {
    const { clock, config } = this.#deps;
    const { runMs, exitCode } = behaviourOf(pod, config);
    const now = clock.monotonic();
    const facts = this.#facts(pod, life.node)!;
    const count = restartCountOf(pod);
    if (life.restartsAt !== undefined) {
      if (life.restartsAt > now) return life.restartsAt - now;
      await this.#write(pod, life, runningStatus(pod, facts, count + 1), signal);
      delete life.restartsAt;
      life.startedAt = now;
      return runMs;
    }
    if (runMs !== undefined) {
      const leftMs = life.startedAt! + runMs - now;
      if (leftMs > 0) return leftMs;
      const { restartPolicy } = pod.spec;
      const restartsAgain = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
      if (!restartsAgain) {
        life.ended = true;
        await this.#write(pod, life, endedStatus(pod, facts, { exitCode }), signal);
        this.#networks.get(life.node)?.release(pod.metadata.uid!);
        return undefined;
      }
      const restartsInMs = backoff(count, restarts);
      await this.#write(pod, life, endedStatus(pod, facts, { exitCode, restartsInMs }), signal);
      life.restartsAt = now + restartsInMs;
      return restartsInMs;
    }
    // Containers that joined, and gates that others opened or closed.
    if (!pod.spec.readinessGates && !pod.spec.ephemeralContainers) return undefined;
    const next = runningStatus(pod, facts);
    if (pod.status?.phase === 'Running' && !tellsTheSame(pod.status, next)) await this.#write(pod, life, next, signal);
    return undefined;
  }

  async #stop(pod: Pod, life: Life, signal: AbortSignal): Promise<number | undefined> {
    const { clock, clientOf, config } = this.#deps;
    const now = clock.monotonic();
    const runs = pod.status?.phase === 'Running' && !life.ended;
    if (runs) {
      life.stopsAt ??= now + behaviourOf(pod, config).stopMs;
      if (life.stopsAt > now) return life.stopsAt - now;
      const facts = this.#facts(pod, life.node);
      life.ended = true;
      if (facts) await this.#write(pod, life, endedStatus(pod, facts, { exitCode: 0 }), signal);
    }
    const preconditions = { uid: pod.metadata.uid! };
    await clientOf(life.node).delete(podKind, pod, { gracePeriodSeconds: 0, preconditions, signal });
    return undefined;
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
      this.#networks.set(nodeName, (network = new PodAddresses(node.spec.podCIDR)));
    }
    const podIP = network.of(pod.metadata.uid!, pod.status?.podIP);
    return podIP === undefined ? undefined : { hostIP, podIP, nowMs };
  }
}

function tellsTheSame(now: PodStatus, next: PodStatus): boolean {
  const readiness = (s: PodStatus) => s.conditions?.find((c) => c.type === 'Ready')?.status;
  const ephemeral = (s: PodStatus) => s.ephemeralContainerStatuses?.length ?? 0;
  return readiness(now) === readiness(next) && ephemeral(now) === ephemeral(next);
}
