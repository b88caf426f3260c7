import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';

/** What all statuses of a pod have in common. */
export interface PodFacts {
  readonly hostIP: string;
  readonly podIP: string;
  readonly nowMs: number;
}

/** The sandbox is being made. */
export function creatingStatus(pod: Pod, facts: PodFacts): PodStatus {
  const waiting = { waiting: { reason: pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating' } };
  return {
    phase: 'Pending',
    ...common(pod, { hostIP: facts.hostIP, nowMs: facts.nowMs }),
    ...statuses(pod, (c) => ({ ...blank(c), state: waiting })),
    conditions: conditions(pod, facts, { started: false, initialized: !pod.spec.initContainers?.length, ready: false }),
  };
}

/** Every container runs; those that come first have ended well. */
export function runningStatus(pod: Pod, facts: PodFacts, restartCount = 0): PodStatus {
  const at = timestamp(facts.nowMs);
  const id = containerIdOf(pod, restartCount);
  const running = (c: Container): ContainerStatus => {
    const before = statusOf(pod, c.name);
    const ended = before?.state?.terminated ?? before?.lastState?.terminated;
    return {
      ...blank(c),
      containerID: id(c),
      imageID: imageIdOf(c),
      state: { running: { startedAt: before?.state?.running?.startedAt ?? at } },
      lastState: ended ? { terminated: ended } : {},
      restartCount: before?.state?.running ? before.restartCount : restartCount,
      ready: true,
      started: true,
    };
  };
  const status: PodStatus = {
    phase: 'Running',
    ...common(pod, facts),
    ...statuses(pod, running, (c) => terminated(c, { ...ended('Completed', 0, at, at), containerID: id(c) })),
  };
  return { ...status, conditions: conditions(pod, facts, { started: true, initialized: true, ready: true }) };
}

export interface End {
  readonly exitCode: number;
  /** They will be started again, after a while. */
  readonly restartsInMs?: number;
}

/** The containers have ended: by themselves, or because the pod is to go. */
export function endedStatus(pod: Pod, facts: PodFacts, { exitCode, restartsInMs }: End): PodStatus {
  const at = timestamp(facts.nowMs);
  const restarts = restartsInMs !== undefined;
  const end = (c: Container): ContainerStatus => {
    const before = statusOf(pod, c.name);
    const running = before?.state?.running;
    if (!before || !running) return before ?? { ...blank(c), state: { terminated: ended('Completed', 0, at, at) } };
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const state = ended(reason, exitCode, running.startedAt ?? at, at);
    const last: ContainerState = {
      terminated: { ...state, ...(before.containerID && { containerID: before.containerID }) },
    };
    if (!restarts) return { ...before, state: last, ready: false, started: false };
    const message = `back-off ${goSeconds(restartsInMs)} restarting failed container=${c.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
    const waiting = { reason: 'CrashLoopBackOff', message };
    return { ...before, state: { waiting }, lastState: last, ready: false, started: false };
  };
  const phase = restarts ? 'Running' : exitCode === 0 ? 'Succeeded' : 'Failed';
  const status: PodStatus = {
    phase,
    ...common(pod, facts),
    ...statuses(pod, end, (c) => statusOf(pod, c.name) ?? blank(c)),
  };
  return {
    ...status,
    conditions: conditions(pod, facts, { started: restarts, initialized: true, ready: false, phase }),
  };
}

export const restartCountOf = ({ status }: Pod): number =>
  Math.max(0, ...(status?.containerStatuses ?? []).map((s) => s.restartCount));

function common(pod: Pod, { hostIP, podIP, nowMs }: Omit<PodFacts, 'podIP'> & { podIP?: string }): Partial<PodStatus> {
  const { generation } = pod.metadata;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP && { podIP, podIPs: [{ ip: podIP }] }),
    startTime: pod.status?.startTime ?? timestamp(nowMs),
  };
}

/** Statuses of main, ephemeral and lasting init containers by the one function, of other init containers by the other. */
function statuses(
  { spec }: Pod,
  main: (c: Container) => ContainerStatus,
  init: (c: Container) => ContainerStatus = main,
): Partial<PodStatus> {
  const inits = spec.initContainers ?? [];
  const ephemeral = spec.ephemeralContainers ?? [];
  return {
    ...(inits.length && {
      initContainerStatuses: inits.map((c) => (c.restartPolicy === 'Always' ? main(c) : init(c))),
    }),
    containerStatuses: spec.containers.map(main),
    ...(ephemeral.length && { ephemeralContainerStatuses: ephemeral.map((c) => main(c as unknown as Container)) }),
  };
}

const blank = ({ name, image = '' }: Container): ContainerStatus => ({
  name,
  image,
  imageID: '',
  state: {},
  lastState: {},
  ready: false,
  started: false,
  restartCount: 0,
});

const terminated = (c: Container, state: NonNullable<ContainerState['terminated']>): ContainerStatus => ({
  ...blank(c),
  imageID: imageIdOf(c),
  ...(state.containerID && { containerID: state.containerID }),
  state: { terminated: state },
  ready: true,
});

const ended = (reason: string, exitCode: number, startedAt: string, finishedAt: string) => ({
  exitCode,
  reason,
  startedAt,
  finishedAt,
});

function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [containerStatuses, initContainerStatuses, ephemeralContainerStatuses].flat().find((s) => s.name === name);
}

const containerIdOf =
  ({ metadata }: Pod, run: number) =>
  ({ name }: Container): string =>
    `sim://${metadata.uid}/${name}/${run}`;

const imageIdOf = ({ image = '' }: Container): string => `sim://${image}`;

interface Verdicts {
  readonly started: boolean;
  readonly initialized: boolean;
  readonly ready: boolean;
  readonly phase?: string;
}

function conditions(pod: Pod, { nowMs }: PodFacts, { started, initialized, ready, phase }: Verdicts): PodCondition[] {
  const now = timestamp(nowMs);
  const names = pod.spec.containers.map((c) => c.name).join(' ');
  const done =
    phase === 'Succeeded' ? { reason: 'PodCompleted' } : phase === 'Failed' ? { reason: 'PodFailed' } : undefined;
  const unready = done ?? { reason: 'ContainersNotReady', message: `containers with unready status: [${names}]` };
  const inits = (pod.spec.initContainers ?? []).map((c) => c.name).join(' ');
  const uninitialized = {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${inits}]`,
  };
  const gates = (pod.spec.readinessGates ?? [])
    .map((g) => g.conditionType)
    .filter((type) => pod.status?.conditions?.find((c) => c.type === type)?.status !== 'True');
  const gated = {
    reason: 'ReadinessGatesNotReady',
    message: gates.map((type) => `the status of pod readiness gate "${type}" is not "True", but False`).join(', '),
  };
  const verdict = (type: string, isTrue: boolean, why?: { reason: string; message?: string }): PodCondition => {
    const before = pod.status?.conditions?.find((c) => c.type === type);
    const status = isTrue ? 'True' : 'False';
    const lastTransitionTime = (before?.status === status && before.lastTransitionTime) || now;
    const { generation } = pod.metadata;
    return {
      type,
      status,
      ...(generation !== undefined && { observedGeneration: generation }),
      lastProbeTime: null,
      lastTransitionTime,
      ...(!isTrue && why),
    };
  };
  return [
    verdict('PodReadyToStartContainers', started),
    { ...verdict('Initialized', initialized, uninitialized), ...(phase === 'Succeeded' && done) },
    verdict('Ready', ready && gates.length === 0, ready ? gated : unready),
    verdict('ContainersReady', ready, unready),
    verdict('PodScheduled', true),
  ];
}

/** As Go prints whole seconds: `10s`, `1m20s`, `5m0s`. */
function goSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
