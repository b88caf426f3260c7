import type { Container, Probe } from '@tiphys/sdk/api';
import { Broadcast, type Clock, throwIfAborted } from '@tiphys/sdk/runtime';
import type { Tell } from '../../podspec/index.ts';
import type { ContainerRuntime } from '../cri/index.ts';
import { type ProbeOutcome, runProbe } from './handlers.ts';

export type ProbeType = 'startup' | 'liveness' | 'readiness';
export type Verdict = 'success' | 'failure' | 'unknown';

/** The container's present run, as the probes see it. */
export interface ProbedRun {
  readonly id: string;
  readonly isRunning: boolean;
  readonly startedAtMs: number;
  readonly isStarted: boolean;
  readonly podIP: string;
}

export interface ProbeWorkerDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly tell: Tell;
  readonly run: () => ProbedRun | undefined;
  readonly changed: () => void;
}

const initial: Readonly<Record<ProbeType, Verdict>> = {
  // Alive until proven otherwise, unready until proven ready, and nobody knows whether it has started.
  liveness: 'success',
  readiness: 'failure',
  startup: 'unknown',
};
const titles = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;
const mostTries = 3;

/** Probes one container for one purpose, again and again, and keeps the verdict on its present run. */
export class ProbeWorker {
  readonly type: ProbeType;
  readonly #probe: Probe;
  readonly #container: Container;
  readonly #deps: ProbeWorkerDeps;
  #runId = '';
  #start: { readonly runId: string; readonly at: number } | undefined;
  #verdict: Verdict;
  #last: Verdict | undefined;
  #inARow = 0;
  /** A container that failed is about to be ended: no more probes until its next run. */
  #isOnHold = false;
  readonly #poked = new Broadcast();

  constructor(type: ProbeType, probe: Probe, container: Container, deps: ProbeWorkerDeps) {
    this.type = type;
    this.#probe = probe;
    this.#container = container;
    this.#deps = deps;
    this.#verdict = initial[type];
  }

  /** The verdict on this run. */
  verdict(runId: string): Verdict {
    return runId === this.#runId ? this.#verdict : initial[this.type];
  }

  /** Takes over what was known of a run before we began, so that a restart of the agent makes nothing unready. */
  adopt(runId: string, verdict: Verdict): void {
    this.#runId = runId;
    this.#verdict = verdict;
  }

  async run(signal: AbortSignal): Promise<void> {
    const periodMs = (this.#probe.periodSeconds || 10) * 1000;
    for (;;) {
      const run = this.#deps.run();
      if (run?.isRunning) await this.#look(run, signal);
      else if (run && run.id === this.#runId) this.#set('failure');
      await this.#poked.nextWithin(this.#deps.clock, this.#waitMs(periodMs), signal);
      throwIfAborted(signal);
    }
  }

  /** Something is new about the container: looks at it now rather than at the end of the period. */
  poke(): void {
    this.#poked.notify();
  }

  /** The next probe: when the initial delay is over, but not later than a period from now. */
  #waitMs(periodMs: number): number {
    const run = this.#deps.run();
    const leftMs = run?.isRunning ? this.#initialDelayLeftMs(run) : 0;
    return leftMs > 0 ? Math.min(leftMs, periodMs) : periodMs;
  }

  /** Counted from what the start was when we first saw the run: the wall clock may be set back, to long before it. */
  #initialDelayLeftMs(run: ProbedRun): number {
    const { clock } = this.#deps;
    if (this.#start?.runId !== run.id) {
      this.#start = { runId: run.id, at: clock.monotonic() - Math.max(0, clock.now() - run.startedAtMs) };
    }
    return this.#start.at + (this.#probe.initialDelaySeconds ?? 0) * 1000 - clock.monotonic();
  }

  async #look(run: ProbedRun, signal: AbortSignal): Promise<void> {
    if (run.id !== this.#runId) {
      this.#runId = run.id;
      this.#verdict = initial[this.type];
      this.#last = undefined;
      this.#inARow = 0;
      this.#isOnHold = false;
    }
    if (this.#isOnHold || this.#initialDelayLeftMs(run) > 0) return;
    // The startup probe has its time first, the others theirs.
    if ((this.type === 'startup') === run.isStarted) return;
    const outcome = await this.#try(run, signal);
    if (this.#runId !== run.id) return;
    this.#count(outcome);
  }

  async #try(run: ProbedRun, signal: AbortSignal): Promise<ProbeOutcome> {
    const { runtime, clock } = this.#deps;
    const target = { runtime, clock, container: this.#container, containerId: run.id, podIP: run.podIP };
    for (let tries = 1; ; tries++) {
      const outcome = await runProbe(this.#probe, target, signal);
      if (outcome.result !== 'unknown' || tries === mostTries) return outcome;
    }
  }

  #count({ result, output }: ProbeOutcome): void {
    const title = titles[this.type];
    if (result === 'failure') this.#deps.tell('Warning', 'Unhealthy', `${title} probe failed: ${output}`);
    if (result === 'unknown') {
      this.#deps.tell('Warning', 'Unhealthy', `${title} probe errored and resulted in unknown state: ${output}`);
      return;
    }
    this.#inARow = result === this.#last ? this.#inARow + 1 : 1;
    this.#last = result;
    const { failureThreshold, successThreshold } = this.#probe;
    const threshold = (result === 'failure' ? failureThreshold : successThreshold) || (result === 'failure' ? 3 : 1);
    if (this.#inARow < threshold) return;
    this.#set(result);
    if (result === 'failure' && this.type !== 'readiness') {
      this.#isOnHold = true;
      this.#inARow = 0;
    }
  }

  #set(verdict: Verdict): void {
    if (this.#verdict === verdict) return;
    this.#verdict = verdict;
    this.#deps.changed();
  }
}
