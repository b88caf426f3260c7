import { namespace, type Node, node, type Pod, pod, replicaSet, service } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { isNotFound, timestamp } from '@tiphys/sdk/machinery';
import { type Clock, group, isAbort, type Logger, type Random, type TaskGroup } from '@tiphys/sdk/runtime';
import { ClusterState } from './cluster-state.ts';
import { type Decision, SchedulingCycle } from './cycle.ts';
import { EventWriter } from './event-writer.ts';
import { fitMessage } from './fit-error.ts';
import type { AnyPlugin, NodeAspect } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import { Nominations } from './nominations.ts';
import { type PodInfo, podInfo } from './pod-info.ts';
import { type Preemption, preempt } from './preemption.ts';
import { defaultPlugins } from './plugins/index.ts';
import { SchedulingQueue } from './queue.ts';

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
}

/** Runs until the signal aborts. */
export async function runScheduler(deps: SchedulerDeps, signal: AbortSignal): Promise<void> {
  await using tasks = group(signal);
  const scheduler = new Scheduler(deps, tasks);
  await scheduler.watch(tasks.signal);
  tasks.go((s) => scheduler.run(s));
  tasks.go((s) => scheduler.flushNowAndThen(s));
  await tasks.done();
}

/** Decisions run for at most this long before other work of the process gets its turn. */
const turnMs = 4;
const flushEveryMs = 30_000;

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

  constructor(deps: SchedulerDeps, tasks: TaskGroup) {
    const { clock, random, client, log, config = {} } = deps;
    const plugins = config.plugins ?? defaultPlugins;
    this.#deps = deps;
    this.#tasks = tasks;
    this.#name = config.schedulerName ?? 'default-scheduler';
    this.#queue = new SchedulingQueue(clock, plugins);
    this.#cycle = new SchedulingCycle({ plugins, random, nominated: (n) => this.#nominations.on(n) });
    this.#events = new EventWriter({ client, clock, log, reporter: this.#name, host: config.host ?? 'tiphys' });
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { cache } = this.#deps;
    const live = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
    const [nodes, pods, namespaces] = [cache.informer(node), cache.informer(pod, live), cache.informer(namespace)];
    const [services, sets] = [cache.informer(service), cache.informer(replicaSet)];
    const { groups } = this.#state;
    services.on((next, old) => groups.setService(next, old));
    sets.on((next, old) => groups.setController((next ?? old)!.metadata.uid ?? '', next?.spec.selector));
    namespaces.on((next) => next && this.#state.setNamespace(next));
    nodes.on((next, old) => this.#nodeChanged(next, old));
    pods.on((next, old) => this.#podChanged(next, old));
    await Promise.all([nodes, pods, namespaces, services, sets].map((informer) => informer.synced(signal)));
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

  async flushNowAndThen(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(flushEveryMs, signal);
      this.#queue.flush();
    }
  }

  #nodeChanged(next: Node | undefined, old: Node | undefined): void {
    if (!next) return this.#state.removeNode(old?.metadata.name ?? '');
    const known = this.#state.nodes.has(next.metadata.name ?? '');
    const info = this.#state.setNode(next);
    if (!old || !known) return this.#queue.happened({ type: 'node-added', node: info });
    const changed = changedAspects(old, next);
    if (changed.size) this.#queue.happened({ type: 'node-updated', node: info, changed });
  }

  #podChanged(next: Pod | undefined, old: Pod | undefined): void {
    if (!next) {
      if (old) this.#podGone(podInfo(old));
      return;
    }
    const info = podInfo(next);
    const bound = next.spec.nodeName;
    if (bound) {
      this.#queue.remove(info.uid);
      this.#nominations.remove(info.uid);
      const before = this.#placed.get(info.uid);
      if (before !== undefined && before !== bound) this.#state.removePod(before, info.uid);
      this.#placed.set(info.uid, bound);
      this.#state.addPod(bound, info);
      this.#queue.happened({ type: old?.spec.nodeName ? 'pod-updated' : 'pod-added', pod: info });
      return;
    }
    if (next.spec.schedulerName !== this.#name) return;
    if (info.terminating) return this.#queue.remove(info.uid);
    if (this.#placed.has(info.uid)) return;
    this.#nominations.set(info, next.status.nominatedNodeName);
    if (this.#queue.has(info.uid)) this.#queue.update(info);
    else this.#queue.add(info);
  }

  #podGone(info: PodInfo): void {
    this.#queue.remove(info.uid);
    this.#nominations.remove(info.uid);
    const on = this.#placed.get(info.uid);
    this.#placed.delete(info.uid);
    if (on === undefined) return;
    this.#state.removePod(on, info.uid);
    this.#queue.happened({ type: 'pod-deleted', pod: info });
  }

  #scheduleOne(info: PodInfo): void {
    const decision: Decision = this.#cycle.decide(info, this.#state);
    if ('node' in decision) {
      this.#assume(info, decision.node);
      this.#tasks.go((signal) => this.#bind(info, decision.node.name, signal));
    } else this.#refuse(info, decision);
  }

  #assume(info: PodInfo, on: NodeInfo): void {
    this.#placed.set(info.uid, on.name);
    this.#state.addPod(on.name, info);
    this.#nominations.remove(info.uid);
  }

  async #bind(info: PodInfo, nodeName: string, signal: AbortSignal): Promise<void> {
    const { client, log } = this.#deps;
    try {
      await client.post(
        pod,
        info.pod,
        'binding',
        {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: info.name, namespace: info.namespace, uid: info.uid },
          target: { kind: 'Node', name: nodeName },
        },
        { signal },
      );
    } catch (err) {
      if (isAbort(err)) return;
      if (this.#placed.get(info.uid) === nodeName) {
        this.#placed.delete(info.uid);
        this.#state.removePod(nodeName, info.uid);
      }
      if (isNotFound(err)) return this.#queue.remove(info.uid);
      log.warn('pod not bound', { pod: `${info.namespace}/${info.name}`, node: nodeName, error: String(err) });
      this.#queue.turnedAway(info.uid, new Set());
      return this.#go(this.#tell(info, 'SchedulerError', String(err instanceof Error ? err.message : err), undefined));
    }
    this.#queue.remove(info.uid);
    await this.#events.write(info.pod, {
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${info.namespace}/${info.name} to ${nodeName}`,
    });
  }

  #refuse(info: PodInfo, { rejections, prepared, by }: Exclude<Decision, { node: NodeInfo }>): void {
    const nodeCount = this.#state.nodes.size;
    if (!nodeCount) {
      // Any node would help.
      this.#queue.turnedAway(info.uid, new Set(['NodeName']));
      return this.#go(this.#tell(info, 'Unschedulable', 'no nodes available to schedule pods', undefined));
    }
    const why = fitMessage(nodeCount, rejections.values());
    const outcome = preempt(info, this.#state, { rejections, prepared, check: this.#cycle.check.bind(this.#cycle) });
    if (typeof outcome === 'string') {
      this.#queue.turnedAway(info.uid, by);
      // The first words are those of upstream's resource claims plugin, which is asked before preemption.
      const message = `${why} no new claims to deallocate, preemption: ${outcome}`;
      return this.#go(this.#tell(info, 'Unschedulable', message, undefined));
    }
    this.#nominations.set(info, outcome.node.name);
    this.#queue.turnedAway(info.uid, by);
    this.#go(this.#evict(info, outcome).then(() => this.#tell(info, 'Unschedulable', why, outcome.node.name)));
  }

  async #evict(info: PodInfo, { node: on, victims }: Preemption): Promise<void> {
    const { client, clock } = this.#deps;
    const seconds = timestamp(clock.now());
    await Promise.all(
      victims.map(async (victim) => {
        if (victim.terminating) return;
        const condition = {
          type: 'DisruptionTarget',
          observedGeneration: victim.pod.metadata.generation,
          status: 'True',
          lastTransitionTime: seconds,
          reason: 'PreemptionByScheduler',
          message: `${this.#name}: preempting to accommodate a higher priority pod`,
        };
        try {
          await this.#patchStatus(victim, { conditions: [condition] });
          await client.delete(pod, victim.pod, { preconditions: { uid: victim.uid } });
        } catch (err) {
          if (!isNotFound(err)) throw err;
        }
        await this.#events.write(victim.pod, {
          type: 'Normal',
          reason: 'Preempted',
          action: 'Preempting',
          message: `Preempted by pod ${info.uid} on node ${on.name}`,
          related: info.pod,
        });
      }),
    );
    // Pods of lower priority that were promised this node may find a better one now.
    for (const lower of this.#nominations.on(on.name)) {
      if (lower.priority >= info.priority) continue;
      this.#nominations.remove(lower.uid);
      await this.#patchStatus(lower, { nominatedNodeName: null });
    }
  }

  /** Says on the pod, and in an event, why it isn't scheduled. */
  async #tell(info: PodInfo, reason: string, message: string, nominated: string | undefined): Promise<void> {
    const { clock } = this.#deps;
    const event = this.#events.write(info.pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      action: 'Scheduling',
      message,
    });
    const old = info.pod.status.conditions?.find((c) => c.type === 'PodScheduled');
    const generation = info.pod.metadata.generation;
    const same =
      old?.status === 'False' &&
      old.reason === reason &&
      old.message === message &&
      old.observedGeneration === generation;
    if (!same || (nominated !== undefined && nominated !== info.pod.status.nominatedNodeName)) {
      const condition = {
        type: 'PodScheduled',
        observedGeneration: generation,
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: old?.status === 'False' ? old.lastTransitionTime : timestamp(clock.now()),
        reason,
        message,
      };
      await this.#patchStatus(info, {
        conditions: [condition],
        ...(nominated !== undefined && { nominatedNodeName: nominated }),
      });
    }
    await event;
  }

  async #patchStatus(info: PodInfo, status: Record<string, unknown>): Promise<void> {
    const patch = { metadata: { uid: info.uid }, status };
    await this.#deps.client.patch(pod, info.pod, { type: 'strategic', patch }, { subresource: 'status' });
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

function changedAspects(old: Node, next: Node): Set<NodeAspect> {
  const changed = new Set<NodeAspect>();
  const differs = (a: unknown, b: unknown) => a !== b && JSON.stringify(a) !== JSON.stringify(b);
  if (differs(old.status.allocatable, next.status.allocatable)) changed.add('allocatable');
  if (differs(old.metadata.labels, next.metadata.labels)) changed.add('labels');
  if (differs(old.spec.taints, next.spec.taints)) changed.add('taints');
  if (Boolean(old.spec.unschedulable) !== Boolean(next.spec.unschedulable)) changed.add('unschedulable');
  return changed;
}
