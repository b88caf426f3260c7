import type { Pod, PodCondition, PodStatus } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { type ContainerLife, isRunning, type Role } from './container-life.ts';

/** What all statuses of a pod have in common. */
export interface PodFacts {
  readonly hostIP: string;
  /** Undefined until it has a sandbox. */
  readonly podIP: string | undefined;
  readonly nowMs: number;
}

/** The status of a pod from those of its containers; `restarts` are those of them that will run again. */
export function podStatus(
  pod: Pod,
  { hostIP, podIP, nowMs }: PodFacts,
  lives: readonly ContainerLife[],
  restarts: (life: ContainerLife) => boolean,
): PodStatus {
  const { generation } = pod.metadata;
  const of = (...roles: Role[]) => lives.filter((l) => roles.includes(l.role)).map((l) => l.status);
  const [inits, mains, ephemerals] = [of('init', 'sidecar'), of('main'), of('ephemeral')];
  const phase = phaseOf(lives, restarts);
  return {
    phase,
    ...(generation !== undefined && { observedGeneration: generation }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP && { podIP, podIPs: [{ ip: podIP }] }),
    startTime: pod.status?.startTime ?? timestamp(nowMs),
    ...(inits.length && { initContainerStatuses: inits }),
    containerStatuses: mains,
    ...(ephemerals.length && { ephemeralContainerStatuses: ephemerals }),
    conditions: conditions(pod, { lives, phase, nowMs, hasSandbox: podIP !== undefined }),
  };
}

type Phase = NonNullable<PodStatus['phase']>;

function phaseOf(lives: readonly ContainerLife[], restarts: (life: ContainerLife) => boolean): Phase {
  const initFailed = lives.some(
    (l) => l.role === 'init' && (l.status.state?.terminated?.exitCode ?? 0) !== 0 && !restarts(l),
  );
  if (initFailed) return 'Failed';
  const mains = lives.filter((l) => l.role === 'main');
  if (mains.every((l) => l.status.state?.terminated && !restarts(l))) {
    return mains.every((l) => l.status.state?.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  // One that waits to run for the first time holds the whole pod back.
  const waits = mains.some((l) => l.status.state?.waiting && !l.status.lastState?.terminated);
  return waits ? 'Pending' : 'Running';
}

interface View {
  readonly lives: readonly ContainerLife[];
  readonly phase: string;
  readonly nowMs: number;
  readonly hasSandbox: boolean;
}

function conditions(pod: Pod, { lives, phase, nowMs, hasSandbox }: View): PodCondition[] {
  const now = timestamp(nowMs);
  const isDone = (l: ContainerLife) =>
    l.role === 'init' ? l.status.state?.terminated?.exitCode === 0 : l.status.started;
  const incomplete = lives.filter((l) => (l.role === 'init' || l.role === 'sidecar') && !isDone(l));
  const unready = lives.filter((l) => (l.role === 'main' || l.role === 'sidecar') && !isRunning(l));
  const over = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
  const why = over
    ? { reason: over }
    : { reason: 'ContainersNotReady', message: `containers with unready status: ${names(unready)}` };
  const gates = closedGates(pod);
  const verdict = (type: string, isTrue: boolean, unless?: { reason: string; message?: string }): PodCondition => {
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
      ...(!isTrue && unless),
    };
  };
  const isInitialized = incomplete.length === 0 || phase === 'Succeeded';
  const uninitialized = {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${names(incomplete)}`,
  };
  const areReady = unready.length === 0 && isInitialized && !over;
  return [
    verdict('PodReadyToStartContainers', hasSandbox && !over),
    {
      ...verdict('Initialized', isInitialized, uninitialized),
      ...(phase === 'Succeeded' && { reason: 'PodCompleted' }),
    },
    verdict('Ready', areReady && gates.length === 0, areReady ? gated(gates) : why),
    verdict('ContainersReady', areReady, why),
    verdict('PodScheduled', true),
  ];
}

const names = (lives: readonly ContainerLife[]) => `[${lives.map((l) => l.container.name).join(' ')}]`;

const closedGates = ({ spec, status }: Pod): string[] =>
  (spec.readinessGates ?? [])
    .map((g) => g.conditionType)
    .filter((type) => status?.conditions?.find((c) => c.type === type)?.status !== 'True');

const gated = (gates: readonly string[]) => ({
  reason: 'ReadinessGatesNotReady',
  message: gates.map((type) => `the status of pod readiness gate "${type}" is not "True", but False`).join(', '),
});

/** Whether two statuses differ in what others wait for. */
export const isReadyIn = ({ conditions: found }: PodStatus): boolean =>
  found?.find((c) => c.type === 'Ready')?.status === 'True';

/** The addresses as the downward API tells them. */
export const addressesIn = ({ hostIP, podIP }: Pick<PodFacts, 'hostIP' | 'podIP'>) => ({
  hostIPs: [hostIP],
  podIPs: podIP === undefined ? [] : [podIP],
});
