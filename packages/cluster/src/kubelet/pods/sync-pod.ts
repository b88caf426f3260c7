import type { Pod } from '@tiphys/sdk/api';
import { messageOf } from '@tiphys/sdk/runtime';
import { StartError, tellOfPod } from '../../podspec/index.ts';
import { startContainer } from '../containers/container-starter.ts';
import { sandboxConfig } from '../containers/sandbox-config.ts';
import type { PodSandboxConfig } from '../cri/index.ts';
import { killContainer, killPod } from './kill-containers.ts';
import { podActions, type Verdicts } from './pod-actions.ts';
import type { PodSurroundings } from './pod-surroundings.ts';
import { activeSandbox, addressesOf, nameOf, readRuntimePod, type RuntimePod, runsOf } from './runtime-pod.ts';

export interface SyncRequest {
  readonly pod: Pod;
  readonly runtime: RuntimePod;
  readonly probes: Verdicts;
  readonly volumes: ReadonlyMap<string, string>;
}

/** How the starts of containers failed, by name; empty when all is as it should be. */
export type StartFailures = ReadonlyMap<string, StartError>;

/** One pass that brings what the runtime has of a pod to what its spec says. */
export async function syncPod(request: SyncRequest, o: PodSurroundings, signal: AbortSignal): Promise<StartFailures> {
  const { pod, probes } = request;
  let { runtime } = request;
  const actions = podActions(pod, runtime, probes);
  const tell = tellOfPod(o.events, pod);
  if (actions.killAll) {
    if (actions.newSandbox) {
      tell('Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    }
    await killPod(pod, runtime, o, signal);
  }
  const podIP = addressesOf(activeSandbox(runtime))[0] ?? '';
  for (const { container, message, graceSeconds } of actions.kills) {
    await killContainer(pod, container, o, { message, graceSeconds, podIP }, signal);
  }
  if (actions.kills.length) runtime = await readRuntimePod(o.runtime, pod.metadata.uid!, signal);
  if (actions.starts.length === 0) return new Map();

  const attempt = actions.newSandbox ?? runtime.sandboxes[0]?.metadata?.attempt ?? 0;
  const sandbox = await sandboxOf(pod, attempt, o);
  let sandboxId = activeSandbox(runtime)?.id;
  let podIPs = addressesOf(activeSandbox(runtime));
  if (actions.newSandbox !== undefined) {
    sandboxId = await runSandbox(pod, sandbox, o, signal);
    podIPs = addressesOf(await o.runtime.podSandboxStatus(sandboxId, { signal }));
  }
  if (pod.spec.hostNetwork) podIPs = [...o.node.hostIPs];

  const failures = new Map<string, StartError>();
  for (const container of actions.starts) {
    const [last] = runsOf(runtime, container.name);
    const start = { pod, container, sandboxId: sandboxId!, sandbox, podIPs, volumes: request.volumes, last };
    try {
      await startContainer(start, o, signal);
    } catch (err) {
      if (!(err instanceof StartError)) throw err;
      failures.set(container.name, err);
    }
  }
  return failures;
}

async function sandboxOf(pod: Pod, attempt: number, o: PodSurroundings): Promise<PodSandboxConfig> {
  const { config, node, files, cgroups } = o;
  return sandboxConfig(pod, {
    attempt,
    logDirectory: files.logDirectory(pod),
    cgroupParent: cgroups.parentOf(pod),
    nodeHostname: node.hostname,
    dns: { servers: config.clusterDNS, domain: config.clusterDomain },
    hostDns: await node.hostDns(),
  });
}

async function runSandbox(
  pod: Pod,
  sandbox: PodSandboxConfig,
  o: PodSurroundings,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await o.runtime.runPodSandbox(sandbox, { signal });
  } catch (err) {
    if (!signal.aborted) {
      const why = messageOf(err);
      tellOfPod(o.events, pod)('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${why}`);
    }
    throw err;
  }
}

/** Removes what is over: dead runs beyond those kept for their logs, and sandboxes that nothing is left of. */
export async function pruneRuns(
  runtime: RuntimePod,
  { runtime: service, config, files }: PodSurroundings,
  signal: AbortSignal,
): Promise<void> {
  const dead = new Map<string, number>();
  const removed = new Set<string>();
  const newest = new Set<string>();
  for (const container of runtime.containers) {
    const name = nameOf(container);
    const isNewest = !newest.has(name);
    newest.add(name);
    if (container.state === 'CONTAINER_EXITED') {
      const count = (dead.get(name) ?? 0) + 1;
      dead.set(name, count);
      if (count <= config.maxDeadContainers) continue;
      // One that was made and never ran is of no use once another has taken its place.
    } else if (isNewest || container.state !== 'CONTAINER_CREATED') continue;
    await service.removeContainer(container.id, { signal });
    if (container.logPath) await files.removeLog(container.logPath);
    removed.add(container.id);
  }
  for (const { id, state } of runtime.sandboxes.slice(1)) {
    const isUsed = runtime.containers.some((c) => c.sandboxId === id && !removed.has(c.id));
    if (state === 'SANDBOX_NOTREADY' && !isUsed) await service.removePodSandbox(id, { signal });
  }
}
