import type { Container, ContainerState, ContainerStatus, Pod } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { initContainersOf, isSidecar } from '../../podspec/index.ts';
import { restartCountOf } from '../containers/labels.ts';
import type { PodProbes } from '../probes/pod-probes.ts';
import { isToBeStarted } from '../pods/restart-policy.ts';
import { type RuntimeContainer, type RuntimePod, runsOf } from '../pods/runtime-pod.ts';

export interface StatusSources {
  readonly runtime: RuntimePod;
  /** The runtime's name, the scheme of container ids. */
  readonly runtimeName: string;
  readonly probes: Pick<PodProbes, 'isReady' | 'isStarted'>;
  /** Why containers wait, by name: how their last start failed. */
  readonly waiting: ReadonlyMap<string, { readonly reason: string; readonly message: string }>;
  /** What a container left to be told of its end, by its id. */
  readonly messages: ReadonlyMap<string, string>;
  /** Nothing of the pod will run any more. */
  readonly isTerminal: boolean;
}

/** The statuses of some of the pod's containers, in the order of the spec. */
export function containerStatuses(
  pod: Pod,
  containers: readonly Container[],
  before: readonly ContainerStatus[] | undefined,
  sources: StatusSources,
): ContainerStatus[] {
  return containers.map((c) =>
    containerStatus(
      pod,
      c,
      before?.find((s) => s.name === c.name),
      sources,
    ),
  );
}

function containerStatus(
  pod: Pod,
  container: Container,
  before: ContainerStatus | undefined,
  sources: StatusSources,
): ContainerStatus {
  const [newest, ...older] = runsOf(sources.runtime, container.name);
  if (!newest) return neverRun(pod, container, before, sources);

  const last = older.find((c) => c.state === 'CONTAINER_EXITED');
  const lastState = last ? { terminated: terminated(last, sources) } : (before?.lastState ?? {});
  const isInit = initContainersOf(pod).includes(container);
  const isRunning = newest.state === 'CONTAINER_RUNNING';
  const isCurrent = isRunning && !sources.isTerminal;
  const status: ContainerStatus = {
    ...fromRuntime(container, newest, sources),
    lastState,
    started: isCurrent && sources.probes.isStarted(container, newest.id),
    ready: isInit && !isSidecar(container) ? isDone(newest) : isCurrent && sources.probes.isReady(container, newest.id),
  };
  const waiting = sources.waiting.get(container.name);
  if (!waiting || isRunning || sources.isTerminal || !isToBeStarted(pod, container, newest)) return status;
  const ended = status.state.terminated;
  return {
    ...status,
    state: { waiting: { reason: waiting.reason, message: waiting.message } },
    ...(ended && { lastState: { terminated: ended } }),
  };
}

const isDone = ({ state, exitCode }: RuntimeContainer) => state === 'CONTAINER_EXITED' && exitCode === 0;

/** Of a container that the runtime doesn't have: it never ran, or was cleaned away. */
function neverRun(
  pod: Pod,
  container: Container,
  before: ContainerStatus | undefined,
  { waiting, isTerminal }: StatusSources,
): ContainerStatus {
  if (before?.state.terminated) return { ...before, ready: before.ready && !isTerminal };
  if (isTerminal && before?.state.running) return { ...before, ...lost(before), ready: false, started: false };
  const failed = waiting.get(container.name);
  const reason = initContainersOf(pod).length ? 'PodInitializing' : 'ContainerCreating';
  return {
    name: container.name,
    state: { waiting: failed ? { reason: failed.reason, message: failed.message } : { reason } },
    lastState: before?.state.running ? lost(before).state : (before?.lastState ?? {}),
    ready: false,
    restartCount: before?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
  };
}

/** It ran when we last looked and has vanished since. */
const lost = ({ containerID }: ContainerStatus): { state: ContainerState } => ({
  state: {
    terminated: {
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
      exitCode: 137,
      startedAt: null,
      finishedAt: null,
      ...(containerID && { containerID }),
    },
  },
});

function fromRuntime(container: Container, newest: RuntimeContainer, sources: StatusSources): ContainerStatus {
  const { requests } = container.resources;
  const { user } = newest;
  return {
    name: container.name,
    state: stateOf(newest, sources),
    lastState: {},
    ready: false,
    restartCount: restartCountOf(newest),
    image: newest.image?.userSpecifiedImage || container.image || newest.image?.image || '',
    imageID: newest.imageRef || newest.imageId,
    containerID: `${sources.runtimeName}://${newest.id}`,
    started: false,
    ...(requests && { allocatedResources: requests }),
    resources: container.resources,
    ...(container.volumeMounts?.length && { volumeMounts: container.volumeMounts.map(mountStatus) }),
    ...(user?.linux && { user: { linux: { ...user.linux } } }),
  };
}

const mountStatus = ({ name, mountPath, readOnly }: NonNullable<Container['volumeMounts']>[number]) => ({
  name,
  mountPath,
  ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
});

function stateOf(container: RuntimeContainer, sources: StatusSources): ContainerState {
  switch (container.state) {
    case 'CONTAINER_RUNNING':
      return { running: { startedAt: fromNanos(container.startedAt) } };
    case 'CONTAINER_EXITED':
      return { terminated: terminated(container, sources) };
    case 'CONTAINER_CREATED':
      return { waiting: { reason: 'ContainerCreating' } };
    default:
      return { waiting: {} };
  }
}

function terminated(
  container: RuntimeContainer,
  { runtimeName, messages }: StatusSources,
): NonNullable<ContainerState['terminated']> {
  const { id, exitCode, reason, startedAt, finishedAt } = container;
  const message = messages.get(id) ?? container.message;
  return {
    exitCode,
    ...(reason && { reason }),
    ...(message && { message }),
    startedAt: fromNanos(startedAt || container.createdAt),
    finishedAt: fromNanos(finishedAt),
    containerID: `${runtimeName}://${id}`,
  };
}

const fromNanos = (nanos: number): string => timestamp(nanos / 1e6);
