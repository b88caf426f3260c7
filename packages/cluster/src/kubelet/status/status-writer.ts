import { pod as podKind, type Pod, type PodStatus } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal, isConflict, isNotFound, type JsonObject } from '@tiphys/sdk/machinery';
import type { Clock, Logger } from '@tiphys/sdk/runtime';
import { WorkQueue } from '@tiphys/sdk/runtime';
import { statusPatch } from './status-patch.ts';

interface Wanted {
  readonly pod: Pod;
  readonly status: PodStatus;
  /** Nothing of the pod is left on the node: a pod that is being deleted may go. */
  readonly isFinished: boolean;
}

export interface StatusWriterDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** The pod as it is stored now. */
  readonly current: (uid: string) => Pod | undefined;
}

const workers = 4;

/** Brings the statuses of this node's pods to the server: the newest of each, one at a time for a pod, until it is there. */
export class StatusWriter {
  readonly #deps: StatusWriterDeps;
  readonly #wanted = new Map<string, Wanted>();
  readonly #queue: WorkQueue;

  constructor(deps: StatusWriterDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue({ clock: deps.clock, baseMs: 100, maxMs: 10_000 });
  }

  set(pod: Pod, status: PodStatus, isFinished = false): void {
    const uid = pod.metadata.uid!;
    const before = this.#wanted.get(uid);
    if (before && before.isFinished === isFinished && equal(before.status, status)) return;
    this.#wanted.set(uid, { pod, status, isFinished });
    this.#queue.add(uid);
  }

  forget(uid: string): void {
    this.#wanted.delete(uid);
    this.#queue.forget(uid);
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work(signal)));
    } finally {
      this.#queue.close();
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (;;) {
      const uid = await this.#queue.take(signal);
      if (uid === undefined) return;
      try {
        await this.#write(uid, signal);
        this.#queue.forget(uid);
      } catch (err) {
        if (signal.aborted) return;
        if (!isConflict(err)) {
          this.#deps.log.warn('a pod status could not be written', { uid, error: String(err) });
        }
        this.#queue.retry(uid);
      } finally {
        this.#queue.done(uid);
      }
    }
  }

  async #write(uid: string, signal: AbortSignal): Promise<void> {
    const wanted = this.#wanted.get(uid);
    if (!wanted) return;
    const { client, current } = this.#deps;
    const live = current(uid);
    // Another pod of this name, or none: there is nobody to tell.
    if (!live) return;
    const patch = statusPatch(live.status, wanted.status);
    try {
      if (patch) {
        const body: JsonObject = { metadata: { uid }, status: patch };
        await client.patch(podKind, live, { type: 'strategic', patch: body }, { subresource: 'status', signal });
      }
      if (wanted.isFinished && live.metadata.deletionTimestamp) {
        await client.delete(podKind, live, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
      }
    } catch (err) {
      if (!isNotFound(err)) throw err;
    }
  }
}
