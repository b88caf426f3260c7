import type { Nominations } from './nominations.ts';
import type { PodInfo } from './pod-info.ts';
import type { PodWriter } from './pod-writer.ts';
import type { Preemption } from './preemption.ts';
import type { SchedulingQueue } from './queue.ts';

export interface MakingRoomOptions {
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  readonly writer: PodWriter;
}

/** Has pods leave for others, which aren't tried again meanwhile. */
export class MakingRoom {
  readonly #options: MakingRoomOptions;
  /** For whom room is being made, by the last pod that is to leave. */
  readonly #awaited = new Map<string, string>();

  constructor(options: MakingRoomOptions) {
    this.#options = options;
  }

  async make(info: PodInfo, { node: { name }, victims }: Preemption): Promise<void> {
    const { queue, nominations, writer } = this.#options;
    const leaving = victims.filter((v) => !v.terminating);
    const last = leaving.at(-1);
    if (last) this.#awaited.set(last.uid, info.uid);
    queue.hold(info.uid, last !== undefined);
    try {
      // Pods of lower priority that were promised this node may find a better one now.
      for (const lower of nominations.on(name)) {
        if (lower.priority >= info.priority) continue;
        nominations.remove(lower.uid);
        await writer.withdrawPromise(lower);
      }
      await writer.evict(info, name, leaving);
    } catch (err) {
      // Nobody may leave now; the next attempt chooses again.
      queue.activate(info.uid);
      throw err;
    } finally {
      if (last) this.left(last.uid);
    }
  }

  /** A pod is on its way out, or gone. */
  left(uid: string): void {
    const waiting = this.#awaited.get(uid);
    if (waiting === undefined) return;
    this.#awaited.delete(uid);
    this.#options.queue.hold(waiting, false);
  }
}
