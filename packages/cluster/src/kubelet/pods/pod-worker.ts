import type { Pod, PodStatus } from '@tiphys/sdk/api';
import { equal } from '@tiphys/sdk/machinery';
import {
  abortsWith,
  Broadcast,
  isAbort,
  type Logger,
  messageOf,
  type TaskGroup,
  throwIfAborted,
} from '@tiphys/sdk/runtime';
import { allContainersOf, type StartError, tellOfPod } from '../../podspec/index.ts';
import { qosClassOf } from '../containers/qos.ts';
import { isUnavailable } from '../cri/index.ts';
import { PodProbes, type ObservedRun } from '../probes/pod-probes.ts';
import { podStatus } from '../status/pod-status.ts';
import { MountError } from '../volumes/index.ts';
import { killPod } from './kill-containers.ts';
import type { PodSurroundings } from './pod-surroundings.ts';
import { activeSandbox, addressesOf, isRunning, readRuntimePod, type RuntimePod, runsOf } from './runtime-pod.ts';
import type { Refusal } from './refusal.ts';
import { pruneRuns, syncPod } from './sync-pod.ts';
import { TerminationMessages } from './termination-messages.ts';

/** A failed pass is tried again after this long, plus up to half of it. */
const retryMs = 10_000;
const networkRetryMs = 1000;
/** A runtime that went away is mostly back soon. */
const runtimeRetryMs = 1000;
/** Volumes are waited for more eagerly: what they lack is often just being made. */
const mountRetry = { firstMs: 500, longestMs: 122_000 };

const deadlineExceeded = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/**
 * One pod's life on the node: brings it to what its spec says, one pass at a time, until it has ended; then ends what is left of
 * it. Passes follow changes (of the spec, of the runtime's state, of a probe's verdict) and appointments, never a mere interval.
 */
export class PodWorker {
  readonly #o: PodSurroundings;
  readonly #log: Logger;
  readonly #probes: PodProbes;
  readonly #messages: TerminationMessages;
  readonly #changed = new Broadcast();
  #pod: Pod;
  #status: PodStatus;
  readonly #refusal: Refusal | undefined;
  #failure: { reason: string; message: string } | undefined;
  #waiting: ReadonlyMap<string, StartError> = new Map();
  #isDirty = true;
  #isGone = false;
  #isFinished = false;
  #mountFailures = 0;
  /** Ends the pass under way when what it works for has changed. */
  #pass = new AbortController();

  constructor(pod: Pod, surroundings: PodSurroundings, tasks: TaskGroup, refusal?: Refusal) {
    this.#pod = pod;
    this.#status = pod.status;
    this.#refusal = refusal;
    this.#o = surroundings;
    this.#log = surroundings.log.child({ pod: `${pod.metadata.namespace}/${pod.metadata.name}` });
    this.#messages = new TerminationMessages(surroundings.files);
    const { runtime, clock, events } = surroundings;
    this.#probes = new PodProbes(pod, { runtime, clock, events, tasks, changed: () => this.wake() });
  }

  /** Nothing of the pod runs any more, nor ever will. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** The pod as last told, with the status that we know. */
  get pod(): Pod {
    return { ...this.#pod, status: this.#status };
  }

  update(pod: Pod): void {
    const wasEnding = this.#isEnding();
    const graceBefore = this.#pod.metadata.deletionGracePeriodSeconds ?? Infinity;
    const isSame = equal(pod.spec, this.#pod.spec) && equal(mattersOf(pod), mattersOf(this.#pod));
    this.#pod = pod;
    // Mostly it is our own status that comes back.
    if (isSame) return;
    const isShorter = (pod.metadata.deletionGracePeriodSeconds ?? Infinity) < graceBefore;
    if (this.#isEnding() && (!wasEnding || isShorter)) this.#pass.abort();
    this.wake();
  }

  /** The server no longer has the pod: it ends at once. */
  gone(): void {
    this.#isGone = true;
    this.#pass.abort();
    this.wake();
  }

  wake(): void {
    this.#isDirty = true;
    this.#changed.notify();
  }

  /** Resolves when the pod has ended and the server no longer has it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!this.#isGone || !this.#isFinished) {
      this.#isDirty = false;
      const waitMs = await this.#step(signal);
      await this.#pause(waitMs, signal);
    }
  }

  /** Makes one pass; resolves to when the next is due by itself. */
  async #step(signal: AbortSignal): Promise<number | undefined> {
    this.#pass = new AbortController();
    const pass = this.#pass.signal;
    const letGo = abortsWith(this.#pass, signal);
    try {
      if (this.#isFinished) {
        this.#o.statuses.set(this.#pod, this.#status, true);
        return undefined;
      }
      if (this.#refusal) return this.#refuse(this.#refusal);
      return this.#isEnding() ? await this.#end(pass) : await this.#sync(pass);
    } catch (err) {
      throwIfAborted(signal);
      if (pass.aborted && isAbort(err)) {
        this.#isDirty = true;
        return undefined;
      }
      this.#log.warn('a pass over the pod failed', { error: messageOf(err) });
      return isUnavailable(err) ? runtimeRetryMs : this.#retryIn();
    } finally {
      letGo();
    }
  }

  #isEnding(): boolean {
    const { phase } = this.#status;
    const isOver = phase === 'Succeeded' || phase === 'Failed';
    return this.#isGone || isOver || this.#failure !== undefined || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  async #sync(signal: AbortSignal): Promise<number | undefined> {
    const { files, volumes, cgroups, node, events } = this.#o;
    const pod = this.#pod;
    let runtime = await this.#observe(signal);
    const deadlineMs = this.#deadlineInMs();
    if (deadlineMs !== undefined && deadlineMs <= 0) {
      this.#failure = deadlineExceeded;
      tellOfPod(events, pod)('Normal', deadlineExceeded.reason, deadlineExceeded.message);
    }
    if (this.#isEnding()) return 0;

    const problem = node.networkProblem();
    if (problem && !pod.spec.hostNetwork) {
      tellOfPod(events, pod)('Warning', 'NetworkNotReady', `network is not ready: ${problem}`);
      return networkRetryMs;
    }
    await cgroups.ensure(pod);
    await files.prepare(pod);
    const addresses = { podIPs: (this.#status.podIPs ?? []).map((p) => p.ip), hostIPs: node.hostIPs };
    let paths: ReadonlyMap<string, string>;
    try {
      paths = await volumes.setUp(pod, addresses, signal);
      this.#mountFailures = 0;
    } catch (err) {
      if (!(err instanceof MountError)) throw err;
      tellOfPod(events, pod)('Warning', 'FailedMount', err.message);
      return Math.min(mountRetry.longestMs, mountRetry.firstMs * 2 ** this.#mountFailures++);
    }
    this.#waiting = await syncPod({ pod, runtime, probes: this.#probes, volumes: paths }, this.#o, signal);
    runtime = await this.#observe(signal);
    await pruneRuns(runtime, this.#o, signal);
    if (this.#isEnding()) return 0;
    return earliest(volumes.dueInMs(pod.metadata.uid!), this.#deadlineInMs(), this.#nextStartInMs());
  }

  #refuse({ reason, message }: Refusal): undefined {
    const pod = this.#pod;
    tellOfPod(this.#o.events, pod)('Warning', reason, message);
    const rejected = { phase: 'Failed', reason, message: `Pod was rejected: ${message}` } as const;
    this.#status = { ...pod.status, ...rejected, qosClass: qosClassOf(pod) };
    this.#isFinished = true;
    this.#o.statuses.set(pod, this.#status, true);
  }

  /** Ends what runs, and lets go of what the pod holds on the node. */
  async #end(signal: AbortSignal): Promise<undefined> {
    const { volumes, cgroups, statuses, restarts, images, configMaps, secrets } = this.#o;
    const pod = this.#pod;
    const uid = pod.metadata.uid!;
    const runtime = await this.#observe(signal);
    await killPod(pod, runtime, this.#o, signal, this.#graceSeconds());
    await this.#observe(signal, true);
    await volumes.tearDown(uid);
    await cgroups.remove(pod);
    restarts.forget(`${uid}/`);
    images.forget(uid);
    configMaps.release(uid);
    secrets.release(uid);
    this.#isFinished = true;
    statuses.set(pod, this.#status, true);
  }

  /** Who lost its place in the cluster has no time left; who was ended by the node has its own. */
  #graceSeconds(): number | undefined {
    return this.#isGone && !this.#pod.metadata.deletionTimestamp ? 0 : undefined;
  }

  /** Looks at the runtime and says what is found there. */
  async #observe(signal: AbortSignal, isTerminal = false): Promise<RuntimePod> {
    const { runtime: service, runtimeName, node, clock, statuses } = this.#o;
    const pod = this.#pod;
    const runtime = await readRuntimePod(service, pod.metadata.uid!, signal);
    const messages = await this.#messages.read(runtime);
    const podIP = pod.spec.hostNetwork ? node.hostIPs[0] : addressesOf(activeSandbox(runtime))[0];
    this.#probes.observe(runsByName(pod, runtime), podIP ?? '');
    this.#status = podStatus(pod, this.#before(), {
      runtime,
      runtimeName,
      probes: this.#probes,
      waiting: this.#waiting,
      messages,
      isTerminal,
      hostIPs: node.hostIPs,
      nowMs: clock.now(),
      failure: isTerminal ? this.#failure : undefined,
    });
    statuses.set(pod, this.#status);
    return runtime;
  }

  /** What we know of the pod, with the conditions that are others' as they are stored. */
  #before(): PodStatus {
    const known = this.#status;
    const own = new Set((known.conditions ?? []).map((c) => c.type));
    const others = (this.#pod.status.conditions ?? []).filter((c) => !own.has(c.type));
    return { ...known, conditions: [...others, ...(known.conditions ?? [])] };
  }

  #deadlineInMs(): number | undefined {
    const { activeDeadlineSeconds } = this.#pod.spec;
    const { startTime } = this.#status;
    if (activeDeadlineSeconds === undefined || !startTime) return undefined;
    return Date.parse(startTime) + activeDeadlineSeconds * 1000 - this.#o.clock.now();
  }

  /** When trying again to start what didn't start makes sense. */
  #nextStartInMs(): number | undefined {
    const delays = [...this.#waiting.values()].map((e) =>
      Math.min(e.retryAfterMs ?? Infinity, isUnavailable(e.cause) ? runtimeRetryMs : this.#retryIn()),
    );
    return delays.length ? Math.min(...delays) : undefined;
  }

  #retryIn(): number {
    return retryMs * (1 + this.#o.random.next() / 2);
  }

  /** Until something changes or the time comes. */
  async #pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#isDirty) return;
    await (ms === undefined ? this.#changed.next(signal) : this.#changed.nextWithin(this.#o.clock, ms, signal));
    throwIfAborted(signal);
  }
}

/** What of a pod, beside its spec, its containers or its status depend on. */
const mattersOf = ({ metadata, spec, status }: Pod) => [
  metadata.labels,
  metadata.annotations,
  metadata.deletionTimestamp,
  metadata.deletionGracePeriodSeconds,
  spec.readinessGates?.map((g) => status.conditions?.find((c) => c.type === g.conditionType)?.status),
];

function runsByName(pod: Pod, runtime: RuntimePod): Map<string, ObservedRun> {
  const runs = new Map<string, ObservedRun>();
  for (const { name } of allContainersOf(pod)) {
    const [newest] = runsOf(runtime, name);
    if (newest) runs.set(name, { id: newest.id, isRunning: isRunning(newest), startedAtMs: newest.startedAt / 1e6 });
  }
  return runs;
}

function earliest(...delays: (number | undefined)[]): number | undefined {
  const known = delays.filter((d) => d !== undefined);
  return known.length ? Math.max(0, Math.min(...known)) : undefined;
}
