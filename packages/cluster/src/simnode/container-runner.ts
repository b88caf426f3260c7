import type { Pod } from '@tiphys/sdk/api';
import type { EventRecorder } from '@tiphys/sdk/operator';
import type { Clock } from '@tiphys/sdk/runtime';
import {
  BackOff,
  holdBack,
  ImagePuller,
  isRestartedAfter,
  StartError,
  type Tell,
  tellOfContainer,
  tellOfPod,
} from '../podspec/index.ts';
import { behaviourOf } from './behaviour.ts';
import type { SimNodesConfig } from './config.ts';
import { type ContainerLife, ended, endOf, isRunning, started, waiting } from './container-life.ts';
import { addressesIn, type PodFacts } from './pod-status.ts';
import { Processes, runsProcess } from './processes.ts';
import { simImages } from './sim-images.ts';
import { type PodWorlds, refersToObjects, untilAborted, VolumeProblem } from './world/index.ts';

export interface ContainerRunnerDeps {
  readonly worlds: PodWorlds;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly config: SimNodesConfig;
  /** Something has happened to the pod's containers. */
  readonly wake: (uid: string) => void;
}

/** How soon a kubelet looks again at a container that could not be started. */
const retryMs = 2000;

/** Brings single containers on: pulls, starts, ends, holds back. */
export class ContainerRunner {
  readonly processes: Processes;
  readonly #deps: ContainerRunnerDeps;
  readonly #restarts: BackOff;
  readonly #images: ImagePuller<{ size: number }, never, never>;

  constructor(deps: ContainerRunnerDeps) {
    this.#deps = deps;
    this.processes = new Processes(deps.clock);
    this.#restarts = new BackOff(deps.clock);
    this.#images = new ImagePuller({ images: simImages, clock: deps.clock, credentials: () => [] });
  }

  /** Does what is due for the container; says whether that changed its status. */
  async advance(pod: Pod, life: ContainerLife, facts: PodFacts, signal: AbortSignal): Promise<boolean> {
    let changed = false;
    if (isRunning(life)) {
      const exitCode = this.#exitCodeOf(pod, life);
      if (exitCode === undefined) return false;
      ended(life, exitCode, this.#deps.clock.now());
      changed = true;
    }
    if (!this.restarts(pod, life)) return changed;
    if ((life.dueAt ?? 0) > this.#deps.clock.monotonic()) return changed;
    delete life.dueAt;
    const tell = tellOfContainer(this.#deps.events, pod, life.container.name);
    try {
      await this.#start(pod, life, facts, tell, signal);
    } catch (err) {
      const problem = problemOf(err, signal);
      life.dueAt =
        this.#deps.clock.monotonic() +
        Math.min(problem.retryAfterMs ?? Infinity, problem.reason === 'CrashLoopBackOff' ? Infinity : retryMs);
      if (err instanceof VolumeProblem) {
        tellOfPod(this.#deps.events, pod)('Warning', 'FailedMount', err.message);
        return changed;
      }
      const isPull =
        problem.reason.startsWith('ErrImage') ||
        problem.reason === 'ImagePullBackOff' ||
        problem.reason === 'InvalidImageName';
      if (problem.reason !== 'CrashLoopBackOff')
        tell('Warning', 'Failed', `Error: ${isPull ? problem.reason : problem.message}`);
      waiting(life, problem.reason, problem.message);
    }
    return true;
  }

  /** Whether the container is to be started, for the first time or again. */
  restarts(pod: Pod, life: ContainerLife): boolean {
    if (isRunning(life)) return false;
    const last = endOf(life);
    if (!last) return true;
    return life.role !== 'ephemeral' && isRestartedAfter(pod, life.container, last.exitCode);
  }

  /** A container of an earlier life of this process runs on: what it does begins anew, unseen. */
  async adopt(pod: Pod, life: ContainerLife, facts: PodFacts, signal: AbortSignal): Promise<void> {
    if (!isRunning(life)) return;
    await this.#run(pod, life, facts, signal).catch((err: unknown) => problemOf(err, signal));
  }

  forget(uid: string): void {
    this.processes.forget(uid);
    this.#images.forget(uid);
    this.#restarts.forget(`${uid}/`);
  }

  async #start(pod: Pod, life: ContainerLife, facts: PodFacts, tell: Tell, signal: AbortSignal): Promise<void> {
    const { container } = life;
    const last = endOf(life);
    if (last) holdBack(pod, container, Date.parse(last.finishedAt ?? ''), this.#restarts, tell);
    await this.#images.ensure({ pod, container, secrets: [], tell }, signal);
    await this.#run(pod, life, facts, signal);
    started(life, pod, this.#deps.clock.now());
    tell('Normal', 'Created', 'Container created');
    tell('Normal', 'Started', 'Container started');
  }

  /** Lets the container do what it is there for. */
  async #run(pod: Pod, life: ContainerLife, facts: PodFacts, signal: AbortSignal): Promise<void> {
    const { worlds, clock, config, wake } = this.#deps;
    const { container, role } = life;
    const { runMs } = behaviourOf(pod, config);
    const hasProcess = runsProcess(container);
    const world =
      hasProcess || refersToObjects(pod) ? await worlds.begin(pod, container, addressesIn(facts), signal) : undefined;
    const othersRunMs = role === 'init' ? 0 : role === 'main' ? runMs : undefined;
    if (world && hasProcess) {
      this.processes.start(pod, container, {
        world,
        otherProgram: async (stop) => {
          if (othersRunMs === undefined) return untilAborted(stop);
          await clock.sleep(othersRunMs, stop);
          return behaviourOf(pod, config).exitCode;
        },
        onEnd: () => wake(pod.metadata.uid!),
      });
    } else if (othersRunMs !== undefined) life.endsAt = clock.monotonic() + othersRunMs;
  }

  #exitCodeOf(pod: Pod, life: ContainerLife): number | undefined {
    const { clock, config } = this.#deps;
    const end = this.processes.of(pod.metadata.uid!, life.container.name)?.current?.end;
    if (end) return end.exitCode;
    if (life.endsAt === undefined || life.endsAt > clock.monotonic()) return undefined;
    return life.role === 'init' ? 0 : behaviourOf(pod, config).exitCode;
  }
}

function problemOf(err: unknown, signal: AbortSignal): StartError {
  if (err instanceof StartError) return err;
  if (signal.aborted || !(err instanceof VolumeProblem)) throw err;
  return new StartError('CreateContainerError', err.message);
}
