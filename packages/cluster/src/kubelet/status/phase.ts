import type { Container, ContainerStatus, Pod, PodStatus } from '@tiphys/sdk/api';
import { initContainersOf, isSidecar } from '../../podspec/index.ts';

export type Phase = NonNullable<PodStatus['phase']>;

/** The pod's phase from its containers' statuses. `isTerminal`: nothing of it will be started any more. */
export function phaseOf(
  pod: Pod,
  { containerStatuses = [], initContainerStatuses = [] }: PodStatus,
  isTerminal: boolean,
): Phase {
  const init = countInit(initContainersOf(pod), initContainerStatuses);
  const counts = count(pod.spec.containers, containerStatuses);
  const { restartPolicy } = pod.spec;
  if (init.failed > 0 && restartPolicy === 'Never') return 'Failed';
  if (init.pending > 0 || (init.pendingSidecars > 0 && counts.running + counts.stopped === 0)) {
    return isTerminal ? 'Failed' : 'Pending';
  }
  if (counts.waiting > 0) return isTerminal ? 'Failed' : 'Pending';
  if (counts.running > 0 && counts.unknown === 0) return 'Running';
  if (counts.stopped > 0 && counts.unknown === 0) {
    const all = counts.stopped === counts.succeeded;
    if (isTerminal) return all ? 'Succeeded' : 'Failed';
    if (restartPolicy === 'Always') return 'Running';
    if (all) return 'Succeeded';
    return restartPolicy === 'Never' ? 'Failed' : 'Running';
  }
  return isTerminal ? 'Failed' : 'Pending';
}

function countInit(containers: readonly Container[], statuses: readonly ContainerStatus[]) {
  const out = { pending: 0, pendingSidecars: 0, failed: 0 };
  for (const container of containers) {
    const status = statuses.find((s) => s.name === container.name);
    if (isSidecar(container)) {
      if (!status?.started && !status?.state.terminated) out.pendingSidecars++;
      continue;
    }
    const ended = status?.state.terminated ?? (status?.state.waiting && status.lastState.terminated);
    if (!ended) out.pending++;
    else if (ended.exitCode !== 0) {
      out.failed++;
      out.pending++;
    }
  }
  return out;
}

function count(containers: readonly Container[], statuses: readonly ContainerStatus[]) {
  const out = { waiting: 0, running: 0, stopped: 0, succeeded: 0, unknown: 0 };
  for (const { name } of containers) {
    const status = statuses.find((s) => s.name === name);
    if (!status) out.unknown++;
    else if (status.state.running) out.running++;
    else if (status.state.terminated) {
      out.stopped++;
      if (status.state.terminated.exitCode === 0) out.succeeded++;
    } else if (status.state.waiting) {
      // It ran, and waits to run again.
      if (status.lastState.terminated) out.stopped++;
      else out.waiting++;
    } else out.unknown++;
  }
  return out;
}
