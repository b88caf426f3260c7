import type { Container, ContainerStatus, Pod } from '@tiphys/sdk/api';
import { timestamp } from '@tiphys/sdk/machinery';
import { allContainersOf, ephemeralContainersOf, initContainersOf, isSidecar } from '../podspec/index.ts';

/** Those that must have ended before the next begins, those that go on beside the others, and the rest. */
export type Role = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** One container of a simulated pod. The status is what it is, whether or not it has been written yet. */
export interface ContainerLife {
  readonly container: Container;
  readonly role: Role;
  status: ContainerStatus;
  /** It isn't looked at again before that moment of the clock. */
  dueAt?: number;
  /** It ends by itself then. */
  endsAt?: number;
}

/** The containers of a pod in the order in which they start, as their statuses have them. */
export function containerLives(pod: Pod): ContainerLife[] {
  return allContainersOf(pod).map((container) => ({
    container,
    role: roleOf(pod, container),
    status: statusOf(pod, container.name) ?? blank(container, initContainersOf(pod).length > 0),
  }));
}

function roleOf(pod: Pod, container: Container): Role {
  if (initContainersOf(pod).includes(container)) return isSidecar(container) ? 'sidecar' : 'init';
  return ephemeralContainersOf(pod).includes(container) ? 'ephemeral' : 'main';
}

export function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [containerStatuses, initContainerStatuses, ephemeralContainerStatuses].flat().find((s) => s.name === name);
}

const blank = ({ name, image = '' }: Container, isAfterOthers: boolean): ContainerStatus => ({
  name,
  image,
  imageID: '',
  state: { waiting: { reason: isAfterOthers ? 'PodInitializing' : 'ContainerCreating' } },
  lastState: {},
  ready: false,
  started: false,
  restartCount: 0,
});

export const isRunning = ({ status }: ContainerLife): boolean => status.state?.running !== undefined;

/** How it last ended, if it has. */
export const endOf = ({ status }: ContainerLife) => status.state?.terminated ?? status.lastState?.terminated;

export function started(life: ContainerLife, { metadata }: Pod, nowMs: number): void {
  const { container, status } = life;
  const last = endOf(life);
  const restartCount = last ? status.restartCount + 1 : status.restartCount;
  life.status = {
    ...status,
    containerID: `sim://${metadata.uid}/${container.name}/${restartCount}`,
    imageID: `sim://${container.image}`,
    state: { running: { startedAt: timestamp(nowMs) } },
    lastState: last ? { terminated: last } : {},
    ready: true,
    started: true,
    restartCount,
  };
}

export function ended(life: ContainerLife, exitCode: number, nowMs: number): void {
  const { container, role, status } = life;
  delete life.endsAt;
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: status.state?.running?.startedAt ?? timestamp(nowMs),
    finishedAt: timestamp(nowMs),
    ...(status.containerID && { containerID: status.containerID }),
  };
  // An init container that has done its work is what the others wait for.
  const ready = role === 'init' && exitCode === 0;
  life.status = { ...status, name: container.name, state: { terminated }, ready, started: false };
}

/** It isn't running, for a reason. */
export function waiting(life: ContainerLife, reason: string, message?: string): void {
  const last = endOf(life);
  life.status = {
    ...life.status,
    state: { waiting: { reason, ...(message !== undefined && { message }) } },
    lastState: last ? { terminated: last } : {},
    ready: false,
    started: false,
  };
}
