import type { Container, Pod } from '@tiphys/sdk/api';
import { initContainersOf, isSidecar } from '../../podspec/index.ts';
import type { RuntimeContainer } from './runtime-pod.ts';

/** Whether a container is to be started (again), given how it last ended. */
export function isToBeStarted(pod: Pod, container: Container, last: RuntimeContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  if (!last) return true;
  if (last.state === 'CONTAINER_RUNNING') return false;
  if (last.state !== 'CONTAINER_EXITED') return true;
  return isRestartedAfter(pod, container, last.exitCode);
}

/** Whether the pod's policy, or the container's own, has it run again after this exit code. */
export function isRestartedAfter(pod: Pod, container: Container, exitCode: number): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    const isListed = exitCodes?.values?.includes(exitCode) ?? false;
    if (action === 'Restart' && (exitCodes?.operator === 'In' ? isListed : exitCodes && !isListed)) return true;
  }
  if (container.restartPolicy) return restarts(container.restartPolicy, exitCode);
  // An init container that succeeded is done, whatever the pod's policy.
  if (initContainersOf(pod).includes(container) && !isSidecar(container) && exitCode === 0) return false;
  return restarts(pod.spec.restartPolicy ?? 'Always', exitCode);
}

const restarts = (policy: string, exitCode: number) =>
  policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
