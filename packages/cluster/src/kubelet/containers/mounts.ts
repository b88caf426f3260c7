import type { Container, Pod, VolumeMount } from '@tiphys/sdk/api';
import type { Mount } from '../cri/index.ts';
import { expand, StartError, type Variables } from '../../podspec/index.ts';

export interface MountSurroundings {
  /** Host paths by the volumes' names. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly variables: Variables;
  /** The host path of a path inside a volume, made when it isn't there. Rejects when it leads out of the volume. */
  readonly subPath: (volumeHostPath: string, subPath: string) => Promise<string>;
  readonly hostsPath: string;
  readonly terminationLogPath: string;
}

/** What a container sees of the host: its volumes, /etc/hosts and its termination log. */
export async function mountsOf(pod: Pod, container: Container, around: MountSurroundings): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) mounts.push(await volumeMount(mount, around));
  const has = (path: string) => mounts.some((m) => m.containerPath === path);
  if (!has('/etc/hosts')) mounts.push({ containerPath: '/etc/hosts', hostPath: around.hostsPath });
  const message = container.terminationMessagePath;
  if (message && !has(message)) mounts.push({ containerPath: message, hostPath: around.terminationLogPath });
  return mounts;
}

const propagation = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
} as const;

async function volumeMount(mount: VolumeMount, { volumes, variables, subPath }: MountSurroundings): Promise<Mount> {
  const volume = volumes.get(mount.name);
  if (volume === undefined) {
    throw new StartError('CreateContainerConfigError', `cannot find volume "${mount.name}" to mount into container`);
  }
  let within = mount.subPath ?? '';
  if (mount.subPathExpr) {
    within = expand(mount.subPathExpr, (name) => {
      const value = variables.get(name);
      if (value === undefined) {
        throw new StartError('CreateContainerConfigError', `missing value for "${name}"`);
      }
      return value;
    });
  }
  return {
    containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    hostPath: within ? await subPathOf(mount, volume, within, subPath) : volume,
    readonly: mount.readOnly ?? false,
    propagation: propagation[mount.mountPropagation ?? 'None'],
    recursiveReadOnly: mount.recursiveReadOnly === 'Enabled',
  };
}

async function subPathOf(
  { name }: VolumeMount,
  volume: string,
  within: string,
  subPath: MountSurroundings['subPath'],
): Promise<string> {
  try {
    return await subPath(volume, within);
  } catch (cause) {
    throw new StartError('CreateContainerConfigError', `failed to prepare subPath for volumeMount "${name}"`, {
      cause,
    });
  }
}
