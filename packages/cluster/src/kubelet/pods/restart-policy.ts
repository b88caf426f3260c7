import type { Container, Pod } from '@tiphys/sdk/api';
import { isRestartedAfter } from '../../podspec/index.ts';
import type { RuntimeContainer } from './runtime-pod.ts';

/** Whether a container is to be started (again), given how it last ended. */
export function isToBeStarted(pod: Pod, container: Container, last: RuntimeContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp) return false;
  if (!last) return true;
  if (last.state === 'CONTAINER_RUNNING') return false;
  if (last.state !== 'CONTAINER_EXITED') return true;
  return isRestartedAfter(pod, container, last.exitCode);
}
