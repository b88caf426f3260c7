import type { Container, Pod } from '@tiphys/sdk/api';
import type { EventRecorder } from '@tiphys/sdk/operator';
import type { Clock, TaskGroup } from '@tiphys/sdk/runtime';
import { initContainersOf, isSidecar, tellOfContainer } from '../../podspec/index.ts';
import type { ContainerRuntime } from '../cri/index.ts';
import { type ProbedRun, type ProbeType, ProbeWorker, type Verdict } from './probe-worker.ts';

export interface PodProbesDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly tasks: TaskGroup;
  /** A verdict is new. */
  readonly changed: () => void;
}

/** A container's newest run as the runtime has it. */
export interface ObservedRun {
  readonly id: string;
  readonly isRunning: boolean;
  readonly startedAtMs: number;
}

const types: readonly ProbeType[] = ['startup', 'liveness', 'readiness'];

/** The probes of one pod, from its first container's start to its end. */
export class PodProbes {
  readonly #workers = new Map<string, ProbeWorker>();
  #runs: ReadonlyMap<string, ObservedRun> = new Map();
  #podIP = '';

  constructor(pod: Pod, deps: PodProbesDeps) {
    for (const container of [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers]) {
      for (const type of types) {
        const probe = container[`${type}Probe`];
        if (!probe) continue;
        const worker = new ProbeWorker(type, probe, container, {
          runtime: deps.runtime,
          clock: deps.clock,
          tell: tellOfContainer(deps.events, pod, container.name),
          run: () => this.#run(container),
          changed: () => {
            if (type === 'startup') this.#poke(container.name);
            deps.changed();
          },
        });
        this.#adopt(worker, pod, container);
        this.#workers.set(`${type}/${container.name}`, worker);
        deps.tasks.go((signal) => worker.run(signal));
      }
    }
  }

  /** What the runtime has now. */
  observe(runs: ReadonlyMap<string, ObservedRun>, podIP: string): void {
    const before = this.#runs;
    const moved = podIP !== this.#podIP;
    this.#runs = runs;
    this.#podIP = podIP;
    for (const [name, { id, isRunning }] of runs) {
      const old = before.get(name);
      if (moved || old?.id !== id || old.isRunning !== isRunning) this.#poke(name);
    }
  }

  verdict(type: ProbeType, container: Container, runId: string): Verdict {
    return this.#workers.get(`${type}/${container.name}`)?.verdict(runId) ?? 'success';
  }

  isStarted(container: Container, runId: string): boolean {
    return this.verdict('startup', container, runId) === 'success';
  }

  isReady(container: Container, runId: string): boolean {
    return this.isStarted(container, runId) && this.verdict('readiness', container, runId) === 'success';
  }

  #poke(name: string): void {
    for (const type of types) this.#workers.get(`${type}/${name}`)?.poke();
  }

  #run(container: Container): ProbedRun | undefined {
    const run = this.#runs.get(container.name);
    return run && { ...run, isStarted: this.isStarted(container, run.id), podIP: this.#podIP };
  }

  /** The pod's last status tells what an agent before us had found out. */
  #adopt(worker: ProbeWorker, { status }: Pod, { name }: Container): void {
    const known = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
      (s) => s.name === name,
    );
    const id = known?.containerID?.replace(/^[^:]*:\/\//, '');
    if (!id || !known?.state.running) return;
    if (worker.type === 'readiness' && known.ready) worker.adopt(id, 'success');
    if (worker.type === 'startup' && known.started) worker.adopt(id, 'success');
  }
}
