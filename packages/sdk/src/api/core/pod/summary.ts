import { containersNamed, isSidecar } from './containers-of.ts';
import type { ContainerState, ContainerStatus } from './container-status.ts';
import type { Pod } from './pod.ts';

/** How a pod is doing, in the few words that `kubectl get pods` has room for. */
export interface PodSummary {
  readonly ready: number;
  readonly containers: number;
  readonly status: string;
  readonly restarts: number;
  /** When a container last ended and was started again, in milliseconds; undefined when none was. */
  readonly lastRestart: number | undefined;
}

export function summaryOf(pod: Pod): PodSummary {
  const { spec, status } = pod;
  const conditions = status.conditions ?? [];
  const gated = conditions.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated');
  const told = gated ? 'SchedulingGated' : status.reason || status.phase || '';
  const starting = startingOf(pod);
  const isInitialized = conditions.find((c) => c.type === 'Initialized')?.status === 'True';
  const running = !starting.reason || isInitialized ? runningOf(pod, starting.reason ?? told) : undefined;
  const counted = running
    ? [...starting.sidecars, ...(status.containerStatuses ?? [])]
    : (status.initContainerStatuses ?? []);
  return {
    ready: starting.ready + (running?.ready ?? 0),
    containers: (spec.containers?.length ?? 0) + (spec.initContainers ?? []).filter(isSidecar).length,
    status: endingOf(pod) ?? running?.reason ?? starting.reason ?? told,
    ...restartsOf(counted),
  };
}

/** The first init container that isn't done yet gives the pod its status. */
function startingOf({ spec, status }: Pod): { reason: string | undefined; ready: number; sidecars: ContainerStatus[] } {
  const declared = containersNamed(spec.initContainers);
  const statuses = status.initContainerStatuses ?? [];
  const sidecars = statuses.filter(({ name }) => isSidecar(declared.get(name)));
  let ready = 0;
  for (const [i, container] of statuses.entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar(declared.get(container.name)) && container.started) {
      if (container.ready) ready++;
      continue;
    }
    const waits = waiting?.reason && waiting.reason !== 'PodInitializing' ? waiting.reason : undefined;
    const reason = terminated ? endOf(terminated) : (waits ?? `${i}/${spec.initContainers?.length ?? 0}`);
    return { reason: `Init:${reason}`, ready, sidecars: sidecars.filter((s) => statuses.indexOf(s) <= i) };
  }
  return { reason: undefined, ready, sidecars };
}

/** The first regular container that isn't simply running gives its status, looked for from the last. */
function runningOf({ status }: Pod, before: string): { reason: string; ready: number } {
  let reason = before;
  let failure = '';
  let running = 0;
  for (const { state, ready } of (status.containerStatuses ?? []).toReversed()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) {
      reason = endOf(state.terminated);
      if (state.terminated.exitCode !== 0) failure = reason;
    } else if (ready && state?.running) running++;
  }
  if (reason === 'Completed') {
    const isReady = status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    if (running && isReady) reason = 'Running';
    else if (failure) reason = failure;
    else if (running) reason = 'NotReady';
  }
  return { reason, ready: running };
}

const endOf = ({ reason, signal, exitCode }: NonNullable<ContainerState['terminated']>): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

function endingOf({ metadata, status }: Pod): string | undefined {
  if (!metadata.deletionTimestamp) return undefined;
  if (status.reason === 'NodeLost') return 'Unknown';
  return status.phase === 'Failed' || status.phase === 'Succeeded' ? undefined : 'Terminating';
}

function restartsOf(statuses: readonly ContainerStatus[]): Pick<PodSummary, 'restarts' | 'lastRestart'> {
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []).map((t) => Date.parse(t));
  return {
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastRestart: ends.length ? Math.max(...ends) : undefined,
  };
}
