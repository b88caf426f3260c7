import type { Pod } from '@tiphys/sdk/api';
import { group, type TaskGroup, throwIfAborted } from '@tiphys/sdk/runtime';
import { graceOf, killPod } from './kill-containers.ts';
import type { PodSurroundings } from './pod-surroundings.ts';
import { PodWorker } from './pod-worker.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { isRunning, readRuntimePod, type RuntimePod } from './runtime-pod.ts';

/** What nobody asked for any more gets a moment to end. */
const orphanGraceSeconds = 1;
const retryMs = 10_000;

/** The pods of the node, each with its worker, from when the server first tells of it until nothing is left of it. */
export class PodWorkers {
  readonly #o: PodSurroundings;
  readonly #tasks: TaskGroup;
  readonly #workers = new Map<string, PodWorker>();

  constructor(surroundings: PodSurroundings, tasks: TaskGroup) {
    this.#o = surroundings;
    this.#tasks = tasks;
  }

  /** The pods as they are on the node. */
  get pods(): Pod[] {
    return [...this.#workers.values()].map((w) => w.pod);
  }

  set(pod: Pod): void {
    const uid = pod.metadata.uid!;
    const worker = this.#workers.get(uid);
    if (worker) worker.update(pod);
    else this.#begin(uid, pod);
  }

  /** The server no longer has the pod. */
  remove(pod: Pod): void {
    this.#workers.get(pod.metadata.uid!)?.gone();
  }

  wake(uid: string): void {
    this.#workers.get(uid)?.wake();
  }

  has(uid: string): boolean {
    return this.#workers.has(uid);
  }

  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  /** Ends and removes what is left of a pod that the server doesn't know. */
  async removeOrphan(uid: string, signal: AbortSignal): Promise<void> {
    const { runtime, volumes, files, log } = this.#o;
    log.info('removing what is left of an unknown pod', { uid });
    const left = await readRuntimePod(runtime, uid, signal);
    const running = left.containers.filter((c) => c.state === 'CONTAINER_RUNNING');
    await Promise.all(running.map(({ id }) => runtime.stopContainer(id, { graceSeconds: orphanGraceSeconds, signal })));
    await this.#removeRuns(left, signal);
    await volumes.tearDown(uid);
    await files.remove(uid);
  }

  /**
   * Ends what runs of every pod, each with its grace but within `mostSeconds`. The server isn't told: the pods are still meant to
   * run here, and do when an agent starts again.
   */
  async endAll(mostSeconds: number, signal: AbortSignal): Promise<void> {
    const { log } = this.#o;
    const ended = this.pods.map((pod) =>
      this.#endForNow(pod, mostSeconds, signal).catch((err: unknown) => {
        log.warn('a pod could not be ended', { pod: pod.metadata.name, error: String(err) });
      }),
    );
    await Promise.all(ended);
    await this.#o.volumes.letGo();
  }

  async #endForNow(pod: Pod, mostSeconds: number, signal: AbortSignal): Promise<void> {
    const { runtime, cgroups } = this.#o;
    const found = await readRuntimePod(runtime, pod.metadata.uid!, signal);
    const graceSeconds = Math.min(mostSeconds, graceOf(pod, found.containers.find(isRunning)));
    await killPod(pod, found, this.#o, signal, graceSeconds);
    await cgroups.remove(pod);
  }

  #begin(uid: string, pod: Pod): void {
    const probes = group(this.#tasks.signal);
    const worker = new PodWorker(pod, this.#o, probes, this.#refusalOf(pod));
    this.#workers.set(uid, worker);
    this.#tasks.go(async (signal) => {
      // Probes live no longer than the worker.
      await using _ = probes;
      await worker.run(signal);
      await this.#forget(worker, signal);
    });
  }

  /** Who has begun to run was taken before, perhaps by an agent before us. */
  #refusalOf(pod: Pod): Refusal | undefined {
    if (pod.status.startTime || pod.metadata.deletionTimestamp || hasEnded(pod)) return undefined;
    const others = this.pods.filter((p) => !hasEnded(p));
    return refusalOf(pod, others, this.#o.node.allocatable());
  }

  async #forget({ pod }: PodWorker, signal: AbortSignal): Promise<void> {
    const { runtime, files, statuses, clock, log } = this.#o;
    const uid = pod.metadata.uid!;
    for (;;) {
      try {
        await this.#removeRuns(await readRuntimePod(runtime, uid, signal), signal);
        await files.removeLogs(pod);
        await files.remove(uid);
        break;
      } catch (err) {
        throwIfAborted(signal);
        log.warn('what is left of a pod could not be removed', { uid, error: String(err) });
        await clock.sleep(retryMs, signal);
      }
    }
    statuses.forget(uid);
    this.#workers.delete(uid);
  }

  async #removeRuns({ sandboxes, containers }: RuntimePod, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#o;
    for (const { id } of containers) await runtime.removeContainer(id, { signal });
    for (const { id } of sandboxes) {
      await runtime.stopPodSandbox(id, { signal });
      await runtime.removePodSandbox(id, { signal });
    }
  }
}

const hasEnded = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';
