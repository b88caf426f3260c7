import type { ContainerRuntime, ContainerStatus, PodSandboxStatus } from '../cri/index.ts';
import { containerNameLabel, podUidLabel } from '../containers/labels.ts';

export interface RuntimeContainer extends ContainerStatus {
  readonly sandboxId: string;
}

/** What the runtime has of one pod, the newest first. */
export interface RuntimePod {
  readonly uid: string;
  readonly sandboxes: readonly PodSandboxStatus[];
  readonly containers: readonly RuntimeContainer[];
}

export async function readRuntimePod(runtime: ContainerRuntime, uid: string, signal: AbortSignal): Promise<RuntimePod> {
  const labels = { [podUidLabel]: uid };
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandboxes({ labels }, { signal }),
    runtime.listContainers({ labels }, { signal }),
  ]);
  const [sandboxStatuses, containerStatuses] = await Promise.all([
    Promise.all(sandboxes.map((s) => runtime.podSandboxStatus(s.id, { signal }))),
    Promise.all(
      containers.map(async ({ id, podSandboxId }) => ({
        ...(await runtime.containerStatus(id, { signal })),
        sandboxId: podSandboxId,
      })),
    ),
  ]);
  return { uid, sandboxes: newestFirst(sandboxStatuses), containers: newestFirst(containerStatuses) };
}

/** Attempts count up whatever the wall clock does in between. */
function newestFirst<T extends { createdAt: number; metadata: { attempt: number } | null }>(items: T[]): T[] {
  return items.toSorted((a, b) => (b.metadata?.attempt ?? 0) - (a.metadata?.attempt ?? 0) || b.createdAt - a.createdAt);
}

export const nameOf = ({ labels }: RuntimeContainer): string => labels[containerNameLabel] ?? '';

/** The runs of one container, the newest first. */
export const runsOf = ({ containers }: RuntimePod, name: string): RuntimeContainer[] =>
  containers.filter((c) => nameOf(c) === name);

export const isRunning = (c: RuntimeContainer): boolean => c.state === 'CONTAINER_RUNNING';

/** The sandbox that containers are started in: the newest, while it is ready. */
export const activeSandbox = ({ sandboxes }: RuntimePod): PodSandboxStatus | undefined =>
  sandboxes[0]?.state === 'SANDBOX_READY' ? sandboxes[0] : undefined;

export function addressesOf(sandbox: PodSandboxStatus | undefined): string[] {
  const { ip, additionalIps = [] } = sandbox?.network ?? { ip: '' };
  return ip ? [ip, ...additionalIps.map((a) => a.ip)] : [];
}
