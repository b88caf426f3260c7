import type { PodInfo } from './pod-info.ts';

/** Pods for which preemption made room, by the node they were promised. */
export class Nominations {
  readonly #byNode = new Map<string, Map<string, PodInfo>>();
  readonly #nodeOf = new Map<string, string>();

  on(node: string): readonly PodInfo[] {
    // Asked for every node that is tried, and seldom is there any.
    const pods = this.#byNode.size ? this.#byNode.get(node) : undefined;
    return pods ? [...pods.values()] : none;
  }

  /** A pod that comes without a promise keeps the one that we have just made and the API doesn't show yet. */
  set(info: PodInfo, node: string | undefined): void {
    const promised = node || this.#nodeOf.get(info.uid);
    this.remove(info.uid);
    if (!promised) return;
    this.#nodeOf.set(info.uid, promised);
    const pods = this.#byNode.get(promised) ?? new Map<string, PodInfo>();
    this.#byNode.set(promised, pods.set(info.uid, info));
  }

  remove(uid: string): void {
    const node = this.#nodeOf.get(uid);
    if (node === undefined) return;
    this.#nodeOf.delete(uid);
    const pods = this.#byNode.get(node);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(node);
  }
}

const none: readonly PodInfo[] = [];
