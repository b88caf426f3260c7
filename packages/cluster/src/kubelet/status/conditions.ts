import type { ContainerStatus, Pod, PodCondition, PodStatus } from '@tiphys/sdk/api';
import { initContainersOf, isSidecar } from '../../podspec/index.ts';

/** The conditions that a node agent owns, in the order in which it writes them. */
export const ownConditions = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
] as const;

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const isTrue: Verdict = { status: 'True' };
const isFalse = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message && { message }),
});

/** What the pod's containers make true; the times are filled in when it is known what was true before. */
export function podConditions(pod: Pod, status: PodStatus, hasNetwork: boolean): (Verdict & { type: string })[] {
  const containersReady = containersReadyOf(pod, status);
  return [
    { type: 'PodReadyToStartContainers', ...(hasNetwork ? isTrue : { status: 'False' }) },
    { type: 'Initialized', ...initializedOf(pod, status) },
    { type: 'Ready', ...readyOf(pod, containersReady) },
    { type: 'ContainersReady', ...containersReady },
    { type: 'PodScheduled', ...isTrue },
  ];
}

function initializedOf(pod: Pod, { initContainerStatuses = [], containerStatuses = [], phase }: PodStatus): Verdict {
  const containers = initContainersOf(pod);
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of containers) {
    const status = initContainerStatuses.find((s) => s.name === container.name);
    if (!status) unknown.push(container.name);
    else if (isSidecar(container) ? !status.started : !status.ready) incomplete.push(container.name);
  }
  if (phase === 'Succeeded' && unknown.length === 0) return { ...isTrue, reason: 'PodCompleted' };
  // Once the others have begun, a sidecar that restarts takes nothing back.
  const begun = containerStatuses.some((s) => s.containerID);
  if (begun && unknown.length === 0) return isTrue;
  const problem = listProblems(unknown, incomplete, 'incomplete');
  return problem ? isFalse('ContainersNotInitialized', problem) : isTrue;
}

function containersReadyOf(pod: Pod, status: PodStatus): Verdict {
  const { phase, containerStatuses = [], initContainerStatuses = [] } = status;
  const unknown: string[] = [];
  const unready: string[] = [];
  const check = (name: string, statuses: readonly ContainerStatus[]) => {
    const found = statuses.find((s) => s.name === name);
    if (!found) unknown.push(name);
    else if (!found.ready) unready.push(name);
  };
  for (const c of initContainersOf(pod)) if (isSidecar(c)) check(c.name, initContainerStatuses);
  for (const c of pod.spec.containers) check(c.name, containerStatuses);
  if (phase === 'Succeeded' && unknown.length === 0) return isFalse('PodCompleted');
  if (phase === 'Failed') return isFalse('PodFailed');
  const problem = listProblems(unknown, unready, 'unready');
  return problem ? isFalse('ContainersNotReady', problem) : isTrue;
}

function readyOf({ spec, status }: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const problems: string[] = [];
  for (const { conditionType } of spec.readinessGates ?? []) {
    const gate = status.conditions?.find((c) => c.type === conditionType);
    if (!gate) problems.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') {
      problems.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
    }
  }
  return problems.length ? isFalse('ReadinessGatesNotReady', problems.join(', ')) : isTrue;
}

function listProblems(unknown: readonly string[], bad: readonly string[], word: string): string {
  const parts: string[] = [];
  if (unknown.length) parts.push(`containers with unknown status: [${unknown.join(' ')}]`);
  if (bad.length) parts.push(`containers with ${word} status: [${bad.join(' ')}]`);
  return parts.join(', ');
}
