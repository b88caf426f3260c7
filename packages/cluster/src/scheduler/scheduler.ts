import {
  namespace,
  type Node,
  node,
  type Pod,
  pod,
  podDisruptionBudget,
  replicaSet,
  replicationController,
  service,
  statefulSet,
} from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { isAnswer, isNotFound } from '@tiphys/sdk/machinery';
import {
  backoff,
  type Clock,
  group,
  isAbort,
  type Logger,
  messageOf,
  type Random,
  Registry,
  type TaskGroup,
} from '@tiphys/sdk/runtime';
import { changedNodeAspects, changedPodAspects } from './changes.ts';
import { ClusterState } from './cluster-state.ts';
import { type Decision, type Refusal, SchedulingCycle } from './cycle.ts';
import { EventWriter } from './event-writer.ts';
import type { AnyPlugin } from './framework.ts';
import { MakingRoom } from './making-room.ts';
import { type AttemptResult, SchedulerMetrics } from './metrics.ts';
import { NodeInfo } from './node-info.ts';
import { Nominations } from './nominations.ts';
import { type PodInfo, podInfo } from './pod-info.ts';
import { PodWriter } from './pod-writer.ts';
import { preempt } from './preemption.ts';
import { defaultPlugins } from './plugins/index.ts';
import { SchedulingQueue, type Taken } from './queue.ts';

export interface SchedulerConfig {
  /** Pods that name this scheduler are its own. */
  readonly schedulerName?: string;
  readonly plugins?: readonly AnyPlugin[];
  /** Told in events as the reporting instance. */
  readonly host?: string;
}

export interface SchedulerDeps {
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly config?: SchedulerConfig;
  readonly metrics?: Registry;
}

/** Runs until the signal aborts. */
export async function runScheduler(deps: SchedulerDeps, signal: AbortSignal): Promise<void> {
  await using tasks = group(signal);
  const scheduler = new Scheduler(deps, tasks);
  await scheduler.watch(tasks.signal);
  tasks.go((s) => scheduler.run(s));
  tasks.go((s) => scheduler.flushNowAndThen(s));
  tasks.go((s) => scheduler.tellEvents(s));
  await tasks.done();
}

/** Decisions run for at most this long before other work of the process gets its turn. */
const turnMs = 4;
const flushEveryMs = 30_000;
const askAgain = { baseMs: 100, maxMs: 5000 };

class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #name: string;
  readonly #tasks: TaskGroup;
  readonly #state = new ClusterState();
  readonly #queue: SchedulingQueue;
  readonly #cycle: SchedulingCycle;
  readonly #nominations = new Nominations();
  readonly #events: EventWriter;
  /** Where each pod stands in the state: on the node it is bound to, or assumed to be. */
  readonly #placed = new Map<string, string>();
  /** Pods that are being bound: their place is assumed. */
  readonly #binding = new Set<string>();
  readonly #writer: PodWriter;
  readonly #room: MakingRoom;
  readonly #metrics: SchedulerMetrics;

  constructor(deps: SchedulerDeps, tasks: TaskGroup) {
    const { clock, client, log, config = {}, metrics = new Registry() } = deps;
    const plugins = config.plugins ?? defaultPlugins;
    this.#deps = deps;
    this.#tasks = tasks;
    this.#name = config.schedulerName ?? 'default-scheduler';
    this.#metrics = new SchedulerMetrics(metrics, this.#name, {
      queue: () => this.#queue.sizes,
      cache: () => ({
        nodes: this.#state.nodes.size,
        pods: this.#placed.size,
        assumed_pods: this.#binding.size,
      }),
    });
    this.#queue = new SchedulingQueue(clock, plugins, this.#metrics.queued);
    this.#cycle = new SchedulingCycle({ plugins, nominated: (n) => this.#nominations.on(n) });
    this.#events = new EventWriter({ client, clock, log, reporter: this.#name, host: config.host ?? 'tiphys' });
    this.#writer = new PodWriter({
      client,
      clock,
      events: this.#events,
      schedulerName: this.#name,
      waits: (uid) => this.#queue.has(uid) && !this.#placed.has(uid),
    });
    this.#room = new MakingRoom({ queue: this.#queue, nominations: this.#nominations, writer: this.#writer });
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { cache } = this.#deps;
    const live = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
    const [nodes, pods, namespaces] = [cache.informer(node), cache.informer(pod, live), cache.informer(namespace)];
    const [services, budgets] = [cache.informer(service), cache.informer(podDisruptionBudget)];
    const [sets, stateful] = [cache.informer(replicaSet), cache.informer(statefulSet)];
    const controllers = cache.informer(replicationController);
    const { groups } = this.#state;
    services.on((next, old) => groups.setService(next, old));
    sets.on((next, old) => groups.setReplicas(next, old));
    stateful.on((next, old) => groups.setReplicas(next, old));
    controllers.on((next, old) => groups.setReplicationController(next, old));
    budgets.on((next, old) => this.#state.setBudget(next, old));
    namespaces.on((next) => next && this.#state.setNamespace(next));
    nodes.on((next, old) => this.#nodeChanged(next, old));
    pods.on((next, old) => this.#podChanged(next, old));
    const all = [nodes, pods, namespaces, services, sets, stateful, controllers, budgets];
    await Promise.all(all.map((informer) => informer.synced(signal)));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let turn = clock.monotonic();
    for (;;) {
      const next = await this.#queue.take(signal);
      if (!next) return;
      this.#scheduleOne(next);
      if (clock.monotonic() - turn > turnMs) {
        await clock.yield();
        turn = clock.monotonic();
      }
    }
  }

  tellEvents(signal: AbortSignal): Promise<void> {
    return this.#events.run(signal);
  }

  async flushNowAndThen(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(flushEveryMs, signal);
      this.#queue.flush();
      this.#events.finish();
    }
  }

  #nodeChanged(next: Node | undefined, old: Node | undefined): void {
    if (!next) {
      this.#state.removeNode(old?.metadata.name ?? '');
      if (old) this.#queue.happened({ type: 'node-deleted', node: new NodeInfo(old) });
      return;
    }
    const known = this.#state.nodes.has(next.metadata.name ?? '');
    const info = this.#state.setNode(next);
    if (!old || !known) return this.#queue.happened({ type: 'node-added', node: info });
    const changed = changedNodeAspects(old, next);
    if (changed.size) this.#queue.happened({ type: 'node-updated', node: info, old: new NodeInfo(old), changed });
  }

  #podChanged(next: Pod | undefined, old: Pod | undefined): void {
    if (!next) {
      if (old) this.#podGone(podInfo(old));
      return;
    }
    const info = podInfo(next);
    if (info.terminating) this.#room.left(info.uid);
    const bound = next.spec.nodeName;
    if (bound) {
      this.#queue.remove(info.uid);
      this.#binding.delete(info.uid);
      this.#nominations.remove(info.uid);
      const assumed = this.#placed.get(info.uid);
      if (assumed !== undefined && assumed !== bound) this.#state.removePod(assumed, info.uid);
      this.#placed.set(info.uid, bound);
      this.#state.addPod(bound, info);
      if (!old?.spec.nodeName) return this.#queue.happened({ type: 'pod-added', pod: info });
      const before = podInfo(old);
      const changed = changedPodAspects(before, info);
      if (changed.size) this.#queue.happened({ type: 'pod-updated', pod: info, old: before, changed });
      return;
    }
    if (next.spec.schedulerName !== this.#name) return;
    if (this.#placed.has(info.uid)) return; // the news of its binding isn't here yet
    this.#nominations.set(info, next.status.nominatedNodeName);
    if (this.#queue.has(info.uid)) this.#queue.update(info);
    else this.#queue.add(info);
    const promised = old?.status.nominatedNodeName;
    if (promised && promised !== next.status.nominatedNodeName) this.#placeGivenUp(podInfo(old));
  }

  /** Pods of no higher priority had kept off the place that was promised to this one. */
  #placeGivenUp(info: PodInfo): void {
    this.#queue.happened({ type: 'pod-deleted', pod: info }, (waiting) => waiting.priority <= info.priority);
  }

  #podGone(info: PodInfo): void {
    this.#room.left(info.uid);
    this.#queue.remove(info.uid);
    this.#nominations.remove(info.uid);
    const on = this.#placed.get(info.uid);
    this.#placed.delete(info.uid);
    if (on !== undefined) {
      this.#state.removePod(on, info.uid);
      this.#queue.happened({ type: 'pod-deleted', pod: info });
    } else if (info.pod.status.nominatedNodeName) this.#placeGivenUp(info);
  }

  #scheduleOne(taken: Taken): void {
    const { clock } = this.#deps;
    const { info } = taken;
    if (info.terminating) {
      this.#queue.remove(info.uid);
      return this.#writer.tellSkipped(info);
    }
    const startedAt = clock.monotonic();
    const seconds = () => (clock.monotonic() - startedAt) / 1000;
    const decision: Decision = this.#cycle.decide(info, this.#state);
    this.#metrics.decided(seconds());
    if ('node' in decision) {
      this.#assume(info, decision.node);
      this.#tasks.go(async (signal) => {
        const result = await this.#bind(info, decision.node.name, signal);
        this.#metrics.attempted(result, seconds());
        if (result === 'scheduled') this.#metrics.bound(taken.attempts, (clock.monotonic() - taken.since) / 1000);
      });
    } else if ('error' in decision) {
      this.#fail(info, decision.error);
      this.#metrics.attempted('error', seconds());
    } else {
      this.#refuse(info, decision);
      this.#metrics.attempted('unschedulable', seconds());
    }
  }

  #assume(info: PodInfo, on: NodeInfo): void {
    this.#placed.set(info.uid, on.name);
    this.#state.addPod(on.name, info);
    this.#nominations.remove(info.uid);
  }

  async #bind(info: PodInfo, nodeName: string, signal: AbortSignal): Promise<AttemptResult> {
    const { log } = this.#deps;
    this.#binding.add(info.uid);
    try {
      await this.#writer.bind(info, nodeName, signal).catch(async (err: unknown) => {
        if (isAnswer(err) || !(await this.#isBoundAllTheSame(info, nodeName, signal))) throw err;
      });
    } catch (err) {
      if (isAbort(err)) return 'error';
      if (isNotFound(err)) this.#queue.remove(info.uid);
      if (this.#placed.get(info.uid) === nodeName) {
        this.#placed.delete(info.uid);
        this.#state.removePod(nodeName, info.uid);
        this.#queue.happened({ type: 'pod-deleted', pod: info });
      }
      if (isNotFound(err)) return 'error';
      const error = messageOf(err);
      log.warn('pod not bound', { pod: `${info.namespace}/${info.name}`, node: nodeName, error });
      this.#fail(info, error);
      return 'error';
    } finally {
      this.#binding.delete(info.uid);
    }
    this.#queue.remove(info.uid);
    this.#writer.tellScheduled(info, nodeName);
    return 'scheduled';
  }

  /**
   * What was asked for may have been done though no answer came. Until the server says, the place stays taken: who is put there
   * beside a pod that we haven't heard of finds no room.
   */
  async #isBoundAllTheSame({ pod: object, uid }: PodInfo, nodeName: string, signal: AbortSignal): Promise<boolean> {
    const { client, clock } = this.#deps;
    for (let failures = 0; this.#binding.has(uid); failures++) {
      try {
        const found = await client.get(pod, object, { signal });
        return found.metadata.uid === uid && found.spec.nodeName === nodeName;
      } catch (err) {
        if (isAbort(err) || isAnswer(err)) throw err;
      }
      await clock.sleep(backoff(failures, askAgain), signal);
    }
    // The watch told meanwhile.
    return this.#placed.get(uid) === nodeName;
  }

  /** Tried again when the backoff is over. */
  #fail(info: PodInfo, message: string): void {
    this.#queue.turnedAway(info.uid, new Set());
    this.#go(this.#writer.tellRefused(info, { reason: 'SchedulerError', message, nominated: null }));
  }

  #refuse(info: PodInfo, { why, by, filtered }: Refusal): void {
    const tell = (message: string, nominated?: string | null) =>
      this.#go(
        this.#writer.tellRefused(info, {
          reason: 'Unschedulable',
          message,
          ...(nominated !== undefined && { nominated }),
        }),
      );
    if (!this.#state.nodes.size) {
      // Any node would help.
      this.#queue.turnedAway(info.uid, new Set(['NodeName']));
      this.#nominations.remove(info.uid);
      return tell('no nodes available to schedule pods', null);
    }
    this.#queue.turnedAway(info.uid, by);
    // Upstream's resource claims plugin, asked before preemption, then misses what it would have noted for its filter.
    if (!filtered) return tell(`${why} not found`);
    const check = this.#cycle.check.bind(this.#cycle);
    const outcome = preempt(info, this.#state, { ...filtered, check, random: this.#deps.random });
    if ('why' in outcome) {
      this.#metrics.preempted(undefined);
      if (outcome.eligible) this.#nominations.remove(info.uid);
      // The first words are those of upstream's resource claims plugin, which is asked before preemption.
      const message = `${why} no new claims to deallocate, preemption: ${outcome.why}`;
      return tell(message, outcome.eligible ? null : undefined);
    }
    this.#metrics.preempted(outcome.victims.length);
    this.#nominations.set(info, outcome.node.name);
    this.#go(this.#room.make(info, outcome));
    tell(why, outcome.node.name);
  }

  /** Runs beside the loop; what it couldn't write is written by the next attempt. */
  #go(work: Promise<void>): void {
    this.#tasks.go(async () => {
      try {
        await work;
      } catch (err) {
        if (!isAbort(err) && !isNotFound(err)) this.#deps.log.warn('status not written', { error: String(err) });
      }
    });
  }
}
