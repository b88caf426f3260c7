import type { Container, Pod } from '@tiphys/sdk/api';
import { type Clock, isAbort, throwIfAborted, within } from '@tiphys/sdk/runtime';
import { containerNamed, initContainersOf, isSidecar, type Tell, tellOfContainer } from '../../podspec/index.ts';
import { promisedGraceOf } from '../containers/labels.ts';
import { runHook } from '../containers/lifecycle-hooks.ts';
import type { PodSurroundings } from './pod-surroundings.ts';
import { addressesOf, isRunning, nameOf, type RuntimeContainer, type RuntimePod } from './runtime-pod.ts';

/** Even who asks for no grace gets a moment to end by itself. */
const leastGraceSeconds = 2;

export interface KillOptions {
  readonly message?: string;
  /** Instead of the pod's own. */
  readonly graceSeconds?: number | undefined;
  readonly podIP: string;
}

/** Ends everything that runs of a pod: first its containers together, then its sidecars, the last one first, then the sandbox. */
export async function killPod(
  pod: Pod,
  runtime: RuntimePod,
  o: PodSurroundings,
  signal: AbortSignal,
  graceSeconds?: number,
): Promise<void> {
  const running = runtime.containers.filter(isRunning);
  const order = initContainersOf(pod)
    .filter(isSidecar)
    .map((c) => c.name);
  const rank = (c: RuntimeContainer) => order.indexOf(nameOf(c));
  const podIP = addressesOf(runtime.sandboxes[0])[0] ?? '';
  // The grace is the pod's, not each container's: who comes later has what is left.
  const endsAt = o.clock.monotonic() + 1000 * graceOf(pod, running[0], graceSeconds);
  const kill = (c: RuntimeContainer) => {
    const leftSeconds = Math.ceil((endsAt - o.clock.monotonic()) / 1000);
    return killContainer(pod, c, o, { podIP, graceSeconds: leftSeconds }, signal);
  };
  await Promise.all(running.filter((c) => rank(c) < 0).map(kill));
  const sidecars = running.filter((c) => rank(c) >= 0).toSorted((a, b) => rank(b) - rank(a));
  for (const sidecar of sidecars) await kill(sidecar);
  for (const { id } of runtime.sandboxes) await o.runtime.stopPodSandbox(id, { signal });
}

/** Runs the pre-stop hook and stops the container, within the grace. */
export async function killContainer(
  pod: Pod,
  running: RuntimeContainer,
  o: PodSurroundings,
  { message, graceSeconds, podIP }: KillOptions,
  signal: AbortSignal,
): Promise<void> {
  const name = nameOf(running);
  const tell = tellOfContainer(o.events, pod, name);
  const container = containerNamed(pod, name);
  let leftSeconds = graceOf(pod, running, graceSeconds);
  tell('Normal', 'Killing', message ?? `Stopping container ${name}`);
  if (container?.lifecycle?.preStop && leftSeconds > 0) {
    const tookMs = await preStop(container, running.id, { ...o, tell, podIP, leftSeconds }, signal);
    leftSeconds -= Math.floor(tookMs / 1000);
  }
  await o.runtime.stopContainer(running.id, { graceSeconds: Math.max(leftSeconds, leastGraceSeconds), signal });
}

interface HookSurroundings extends Pick<PodSurroundings, 'runtime'> {
  readonly clock: Clock;
  readonly tell: Tell;
  readonly podIP: string;
  readonly leftSeconds: number;
}

/** Resolves to how long it took: the container is stopped whether it worked or not. */
async function preStop(
  container: Container,
  containerId: string,
  { runtime, clock, tell, podIP, leftSeconds }: HookSurroundings,
  signal: AbortSignal,
): Promise<number> {
  const beganAt = clock.monotonic();
  const target = { runtime, clock, container, containerId, podIP };
  const hook = (bound: AbortSignal) => runHook(container.lifecycle!.preStop!, target, bound);
  await within(clock, leftSeconds * 1000, hook, signal).catch((err: unknown) => {
    throwIfAborted(signal);
    if (!isAbort(err)) tell('Warning', 'FailedPreStopHook', 'PreStopHook failed');
  });
  return clock.monotonic() - beganAt;
}

/** The shortest of what applies: deletion's grace, else the pod's own, else what it was promised when it started. */
export function graceOf({ metadata, spec }: Pod, running: RuntimeContainer | undefined, override?: number): number {
  if (override !== undefined) return override;
  return (
    metadata.deletionGracePeriodSeconds ??
    spec.terminationGracePeriodSeconds ??
    (running && promisedGraceOf(running)) ??
    leastGraceSeconds
  );
}
