import type { Pod } from '@tiphys/sdk/api';
import { badRequest, StatusError } from '@tiphys/sdk/machinery';
import { type Clock, throwIfAborted } from '@tiphys/sdk/runtime';
import { containerOfLog } from '../../podspec/index.ts';
import type { ContainerRef, PodRef, StreamingBackend } from '../../streaming/index.ts';
import { containerNameLabel, podUidLabel } from '../containers/labels.ts';
import { type ContainerRuntime, isRuntimeNotFound } from '../cri/index.ts';
import { readLog } from './logs/index.ts';

export interface BackendDeps {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  /** The pod of this node, with its newest status. */
  readonly pod: (namespace: string, name: string) => Pod | undefined;
  /** Resolves at the next change of anything that the runtime has of the pod. */
  readonly changed: (uid: string, signal: AbortSignal) => Promise<void>;
}

/** Talking to the containers of a real runtime. */
export function containerBackend(deps: BackendDeps): StreamingBackend {
  const { runtime, clock } = deps;
  return {
    async logs(target, options) {
      const pod = podOf(deps, target, `pod ${JSON.stringify(`${target.namespace}_${target.pod}`)} not found`);
      if (!hasContainer(pod, target.container)) {
        throw plain(404, `container ${quote(target.container)} not found in pod ${quote(target.pod)}`);
      }
      const id = containerOfLog(pod, target.container, options.previous ?? false);
      const status = await runtime.containerStatus(id, options).catch((err: unknown) => {
        if (!isRuntimeNotFound(err)) throw err;
        throw badRequest(`unable to retrieve container logs for ${fullId(pod, target.container, id)}`);
      });
      const ended = (signal: AbortSignal) => endOf(deps, { uid: pod.metadata.uid ?? '', id }, signal);
      return readLog(status.logPath, { ...options, clock, ended });
    },
    async exec(target, command, options) {
      return runtime.exec(await running(deps, target, options.signal), command, options);
    },
    async attach(target, options) {
      return runtime.attach(await running(deps, target, options.signal), options);
    },
    async portForward(target, options) {
      const uid = podOf(deps, target, 'pod does not exist').metadata.uid ?? '';
      const sandboxes = await runtime.listPodSandboxes(
        { state: 'SANDBOX_READY', labels: { [podUidLabel]: uid } },
        options,
      );
      const newest = sandboxes.toSorted((a, b) => b.createdAt - a.createdAt)[0];
      if (!newest) throw plain(500, `pod not found (${quote(`${target.pod}_${target.namespace}`)})`);
      return runtime.portForward(newest.id, options);
    },
  };
}

/** Errors that go to the client as plain words, under this code. */
const plain = (code: number, message: string): StatusError => new StatusError(code, '', message);
const quote = (text: string): string => JSON.stringify(text);

function podOf({ pod }: BackendDeps, { namespace, pod: name, uid }: PodRef, why: string): Pod {
  const found = pod(namespace, name);
  if (!found || (uid && found.metadata.uid !== uid)) throw plain(404, why);
  return found;
}

const hasContainer = ({ spec }: Pod, name: string): boolean =>
  [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].some(
    (c) => c.name === name,
  );

async function running(deps: BackendDeps, target: ContainerRef, signal: AbortSignal): Promise<string> {
  const uid = podOf(deps, target, 'pod does not exist').metadata.uid ?? '';
  const labels = { [podUidLabel]: uid, [containerNameLabel]: target.container };
  const containers = await deps.runtime.listContainers({ state: 'CONTAINER_RUNNING', labels }, { signal });
  const newest = containers.toSorted((a, b) => b.createdAt - a.createdAt)[0];
  if (!newest) throw plain(500, `container not found (${quote(target.container)})`);
  return newest.id;
}

const fullId = ({ status }: Pod, name: string, id: string): string =>
  status.containerStatuses?.find((c) => c.name === name)?.containerID ?? id;

/** Waits until the container runs no more. */
async function endOf(
  { runtime, changed }: BackendDeps,
  { uid, id }: { uid: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    // Listens before it looks, so that no change falls between.
    const next = changed(uid, signal);
    next.catch(() => {});
    try {
      const { state } = await runtime.containerStatus(id, { signal });
      if (state !== 'CONTAINER_RUNNING' && state !== 'CONTAINER_CREATED') return;
    } catch (err) {
      if (isRuntimeNotFound(err)) return;
      throwIfAborted(signal);
      // A runtime that is away for a moment still runs its containers.
    }
    await next;
  }
}
