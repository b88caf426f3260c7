import type { Container, Pod } from '@tiphys/sdk/api';
import type { BackOff } from './back-off.ts';
import type { Tell } from './container-events.ts';
import { formatPod, initContainersOf, isSidecar } from './pod-containers.ts';
import { StartError } from './start-error.ts';

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

/** One that keeps ending is started ever more seldom: throws as long as its time hasn't come. */
export function holdBack(pod: Pod, container: Container, endedAtMs: number, restarts: BackOff, tell: Tell): void {
  const key = `${pod.metadata.uid}/${container.name}`;
  const { delayMs, leftMs } = restarts.waiting(key, endedAtMs);
  if (leftMs > 0) {
    tell('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${formatPod(pod)}`);
    throw new StartError(
      'CrashLoopBackOff',
      `back-off ${minutes(delayMs)} restarting failed container=${container.name} pod=${formatPod(pod)}`,
      { retryAfterMs: leftMs },
    );
  }
  restarts.next(key, endedAtMs);
}

/** `10s`, `1m20s`, `5m0s`. */
const minutes = (ms: number) => (ms < 60_000 ? `${ms / 1000}s` : `${Math.floor(ms / 60_000)}m${(ms % 60_000) / 1000}s`);
