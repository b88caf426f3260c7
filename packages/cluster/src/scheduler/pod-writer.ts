import { type Pod, pod } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { isNotFound, timestamp } from '@tiphys/sdk/machinery';
import type { Clock } from '@tiphys/sdk/runtime';
import type { EventWriter } from './event-writer.ts';
import { LatestWrites } from './latest-writes.ts';
import type { PodInfo } from './pod-info.ts';

export interface PodWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly events: EventWriter;
  readonly schedulerName: string;
  /** A pod that has been given a node, or is gone, isn't told any more why it waits. */
  readonly waits: (uid: string) => boolean;
}

export interface Refusal {
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  /** The node that preemption makes room on; null to withdraw an earlier promise, undefined to leave it. */
  readonly nominated?: string | null;
}

interface StatusChange {
  readonly info: PodInfo;
  readonly status: Record<string, unknown>;
}

/** Writes what becomes of pods: bindings, the reasons for waiting, and the end of those that make room. */
export class PodWriter {
  readonly #options: PodWriterOptions;
  readonly #statuses: LatestWrites<StatusChange>;

  constructor(options: PodWriterOptions) {
    this.#options = options;
    this.#statuses = new LatestWrites({
      send: async (uid, { info, status }) => {
        if (options.waits(uid)) await this.#patchStatus(info, status);
      },
      merge: (waiting, newer) => ({ info: newer.info, status: { ...waiting.status, ...newer.status } }),
    });
  }

  async bind({ pod: object, uid, name, namespace }: PodInfo, node: string, signal: AbortSignal): Promise<void> {
    // Why it waited is no longer true, and must not be written after the binding.
    await this.#statuses.settled(uid);
    const target = { kind: 'Node', name: node };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
    await this.#options.client.post(pod, object, 'binding', binding, { signal });
  }

  tellScheduled({ pod: object, namespace, name }: PodInfo, node: string): void {
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.#options.events.write(object, { type: 'Normal', reason: 'Scheduled', action: 'Binding', message });
  }

  /** Who is going away gets no node any more. */
  tellSkipped({ pod: object, namespace, name }: PodInfo): void {
    const message = `skip schedule deleting pod: ${namespace}/${name}`;
    this.#options.events.write(object, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
  }

  /** Says on the pod, and in an event, why it isn't scheduled. */
  async tellRefused(info: PodInfo, { reason, message, nominated }: Refusal): Promise<void> {
    const { clock, events } = this.#options;
    const event = { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message } as const;
    events.write(info.pod, event);
    const old = info.pod.status.conditions?.find((c) => c.type === 'PodScheduled');
    const generation = info.pod.metadata.generation;
    const same =
      old?.status === 'False' &&
      old.reason === reason &&
      old.message === message &&
      old.observedGeneration === generation;
    const renominated =
      nominated !== undefined && (nominated ?? undefined) !== (info.pod.status.nominatedNodeName || undefined);
    if (!same || renominated) {
      const condition = {
        type: 'PodScheduled',
        observedGeneration: generation,
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: old?.status === 'False' ? old.lastTransitionTime : timestamp(clock.now()),
        reason,
        message,
      };
      const status = { conditions: [condition], ...(renominated && { nominatedNodeName: nominated }) };
      await this.#statuses.write(info.uid, { info, status });
    }
  }

  async withdrawPromise(info: PodInfo): Promise<void> {
    await this.#statuses.write(info.uid, { info, status: { nominatedNodeName: null } });
  }

  /** The last goes when the others have been asked to: with its going, room has been made. */
  async evict(info: PodInfo, node: string, victims: readonly PodInfo[]): Promise<void> {
    await Promise.all(victims.slice(0, -1).map((v) => this.#evictOne(v, info.pod, node)));
    await Promise.all(victims.slice(-1).map((v) => this.#evictOne(v, info.pod, node)));
  }

  async #evictOne(victim: PodInfo, preemptor: Pod, node: string): Promise<void> {
    const { client, clock, events, schedulerName } = this.#options;
    const condition = {
      type: 'DisruptionTarget',
      observedGeneration: victim.pod.metadata.generation,
      status: 'True',
      lastTransitionTime: timestamp(clock.now()),
      reason: 'PreemptionByScheduler',
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
    };
    try {
      // A patch puts what is new first; here it goes last.
      const types = (victim.pod.status.conditions ?? []).map((c) => c.type).filter((t) => t !== condition.type);
      const order = [...types, condition.type].map((type) => ({ type }));
      await this.#patchStatus(victim, { '$setElementOrder/conditions': order, conditions: [condition] });
      await client.delete(pod, victim.pod, { preconditions: { uid: victim.uid } });
    } catch (err) {
      if (!isNotFound(err)) throw err;
    }
    events.write(victim.pod, {
      type: 'Normal',
      reason: 'Preempted',
      action: 'Preempting',
      message: `Preempted by pod ${preemptor.metadata.uid} on node ${node}`,
    });
  }

  async #patchStatus(info: PodInfo, status: Record<string, unknown>): Promise<void> {
    const patch = { metadata: { uid: info.uid }, status };
    await this.#options.client.patch(pod, info.pod, { type: 'strategic', patch }, { subresource: 'status' });
  }
}
