import { messageOf, throwIfAborted } from '@tiphys/sdk/runtime';
import type { Container, Pod, Secret } from '@tiphys/sdk/api';
import type { Image, PodSandboxConfig } from '../cri/index.ts';
import type { PodSurroundings } from '../pods/pod-surroundings.ts';
import type { RuntimeContainer } from '../pods/runtime-pod.ts';
import { containerConfig } from './container-config.ts';
import {
  environment,
  holdBack,
  StartError,
  type Tell,
  tellOfContainer,
  tellOfPod,
  type Variables,
} from '../../podspec/index.ts';
import { hostNamesOf, hostsFile } from './hostname.ts';
import { runHook } from './lifecycle-hooks.ts';
import { restartCountOf } from './labels.ts';
import { mountsOf } from './mounts.ts';

export interface StartRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly podIPs: readonly string[];
  /** Host paths of the pod's volumes. */
  readonly volumes: ReadonlyMap<string, string>;
  /** How the container last ran. */
  readonly last: RuntimeContainer | undefined;
}

/**
 * Brings one container from its spec to running: image, configuration, create, start, post-start hook. Rejects with the
 * `StartError` that the container waits with; the event that tells users of it has been written then.
 */
export async function startContainer(request: StartRequest, o: PodSurroundings, signal: AbortSignal): Promise<void> {
  const { pod, container, sandbox, sandboxId, last } = request;
  const tell = tellOfContainer(o.events, pod, container.name);
  if (last?.state === 'CONTAINER_EXITED') holdBack(pod, container, last.finishedAt / 1e6, o.restarts, tell);
  const secrets = await pullSecrets(pod, o, signal);
  const image = await pulled({ ...request, secrets }, o, tell, signal);
  const attempt = attemptOf(pod, container, last);

  const config = await configured(request, { image, attempt }, o, signal).catch((err: unknown) => {
    throw refused(err, 'CreateContainerConfigError', tell, signal);
  });
  const id = await o.runtime.createContainer(sandboxId, config, { sandbox, signal }).catch((err: unknown) => {
    throw refused(err, 'CreateContainerError', tell, signal);
  });
  tell('Normal', 'Created', 'Container created');
  await o.runtime.startContainer(id, { signal }).catch((err: unknown) => {
    throw refused(err, 'RunContainerError', tell, signal);
  });
  tell('Normal', 'Started', 'Container started');

  const hook = container.lifecycle?.postStart;
  if (!hook) return;
  const { runtime, clock } = o;
  const target = { runtime, clock, container, containerId: id, podIP: request.podIPs[0] ?? '' };
  try {
    await runHook(hook, target, signal);
  } catch (err) {
    throwIfAborted(signal);
    tell('Warning', 'FailedPostStartHook', 'PostStartHook failed');
    tell('Normal', 'Killing', 'FailedPostStartHook');
    await runtime.stopContainer(id, { graceSeconds: pod.spec.terminationGracePeriodSeconds ?? 30, signal });
    throw new StartError('PostStartHookError', bareMessageOf(err), { cause: err });
  }
}

async function pullSecrets(pod: Pod, { secrets, events }: PodSurroundings, signal: AbortSignal): Promise<Secret[]> {
  const found: Secret[] = [];
  const missing: string[] = [];
  for (const { name = '' } of pod.spec.imagePullSecrets ?? []) {
    const secret = await secrets.get(pod.metadata.uid!, pod.metadata.namespace!, name, signal);
    if (secret) found.push(secret);
    else missing.push(name);
  }
  if (missing.length) {
    const why = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
    tellOfPod(events, pod)('Warning', 'FailedToRetrieveImagePullSecret', why);
  }
  return found;
}

async function pulled(
  request: StartRequest & { secrets: readonly Secret[] },
  { images }: PodSurroundings,
  tell: Tell,
  signal: AbortSignal,
): Promise<Image> {
  const { pod, container, sandbox, secrets } = request;
  try {
    return await images.ensure({ pod, container, sandbox, secrets, tell }, signal);
  } catch (err) {
    if (err instanceof StartError) tell('Warning', 'Failed', `Error: ${err.reason}`);
    throw err;
  }
}

/** Counts on from what the runtime has, or from the status when the runtime was cleaned. */
function attemptOf({ status }: Pod, { name }: Container, last: RuntimeContainer | undefined): number {
  if (last) return restartCountOf(last) + 1;
  const known = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
    (s) => s.name === name,
  );
  return known?.containerID ? known.restartCount + 1 : 0;
}

async function configured(
  { pod, container, podIPs, volumes }: StartRequest,
  { image, attempt }: { image: Image; attempt: number },
  o: PodSurroundings,
  signal: AbortSignal,
) {
  const { node, files, config } = o;
  const { uid, namespace } = pod.metadata;
  const variables: Variables = await environment(pod, container, {
    podIPs,
    hostIPs: node.hostIPs,
    allocatable: node.allocatable(),
    services: o.services(),
    configMap: (name) => o.configMaps.get(uid!, namespace!, name, signal),
    secret: (name) => o.secrets.get(uid!, namespace!, name, signal),
  });
  const names = hostNamesOf(pod, config.clusterDomain, node.hostname);
  const base = pod.spec.hostNetwork ? await files.readHostFile('/etc/hosts') : undefined;
  const mounts = await mountsOf(pod, container, {
    volumes,
    variables,
    subPath: o.volumes.subPath,
    hostsPath: await files.writeHosts(pod, hostsFile(pod, names, podIPs, base)),
    terminationLogPath: await files.makeTerminationLog(pod, container.name, attempt),
  });
  const { memoryCapacity } = node;
  return containerConfig(pod, container, { attempt, image, variables, mounts, memoryCapacity, volumeGroups: [] });
}

function refused(err: unknown, reason: StartError['reason'], tell: Tell, signal: AbortSignal): unknown {
  if (signal.aborted) return err;
  const failure = err instanceof StartError ? err : new StartError(reason, bareMessageOf(err), { cause: err });
  tell('Warning', 'Failed', `Error: ${failure.message}`);
  return failure;
}

/** A runtime's refusal is told without gRPC's frame around it, as upstream does for these. */
function bareMessageOf(err: unknown): string {
  if (err && typeof err === 'object' && 'description' in err) return String(err.description);
  return messageOf(err);
}
