import { throwIfAborted } from '@tiphys/sdk/runtime';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigMap, Pod, Secret, Volume } from '@tiphys/sdk/api';
import { unitValue } from '@tiphys/sdk/machinery';
import { type PodAddresses, type ServiceAccountTokens, volumeFiles, type VolumeSources } from '../../podspec/index.ts';
import { writeAtomically } from './atomic-writer.ts';
import { checkHostPath } from './host-path.ts';
import { giveToGroup } from './ownership.ts';
import { SharedMemory } from './shared-memory.ts';
import { MountError, type PodVolumes } from './pod-volumes.ts';
import type { ReferencedObjects } from './referenced-objects.ts';
import { subPathWithin } from './sub-path.ts';
import { type MemoryMounts, systemMemoryMounts } from './tmpfs.ts';

export interface SystemVolumesDeps {
  readonly rootDir: string;
  readonly configMaps: ReferencedObjects<ConfigMap>;
  readonly secrets: ReferencedObjects<Secret>;
  readonly tokens: ServiceAccountTokens;
  readonly allocatable: () => Readonly<Record<string, string>>;
  readonly memory?: MemoryMounts;
}

interface Setting {
  readonly pod: Pod;
  readonly addresses: PodAddresses;
  readonly shared: SharedMemory;
  readonly signal: AbortSignal;
}

/** Volumes as directories under the agent's root. */
export function systemVolumes(deps: SystemVolumesDeps): PodVolumes {
  const pods = join(deps.rootDir, 'pods');
  const podVolumes = (uid: string) => join(pods, uid, 'volumes');
  const { memory = systemMemoryMounts } = deps;
  const shared = new SharedMemory(join(deps.rootDir, 'memory'), memory);
  return {
    subPath: subPathWithin,
    async setUp(pod, addresses, signal) {
      const paths = new Map<string, string>();
      const setting = { pod, addresses, shared, signal };
      for (const volume of pod.spec.volumes ?? []) {
        try {
          paths.set(volume.name, await setUpVolume(volume, setting, deps, podVolumes(pod.metadata.uid!)));
        } catch (err) {
          throwIfAborted(signal);
          throw new MountError(volume.name, err);
        }
      }
      return paths;
    },
    async letGo() {
      await memory.unmountUnder(pods);
      await shared.letGo();
    },
    async tearDown(uid) {
      await memory.unmountUnder(podVolumes(uid));
      await rm(podVolumes(uid), { recursive: true, force: true });
      await shared.remove(uid);
      deps.configMaps.release(uid);
      deps.secrets.release(uid);
      deps.tokens.forget(uid);
    },
    dueInMs: (uid) => deps.tokens.dueInMs(uid),
  };
}

async function setUpVolume(volume: Volume, setting: Setting, deps: SystemVolumesDeps, root: string): Promise<string> {
  const { pod, signal } = setting;
  const { memory = systemMemoryMounts } = deps;
  const directory = (plugin: string) => join(root, `kubernetes.io~${plugin}`, volume.name);
  if (volume.hostPath) {
    await checkHostPath(volume.hostPath.path, volume.hostPath.type);
    return volume.hostPath.path;
  }
  if (volume.emptyDir) {
    const { medium, sizeLimit } = volume.emptyDir;
    const path = directory('empty-dir');
    await mkdir(path, { recursive: true });
    const bytes = sizeLimit && sizeLimit !== '0' ? unitValue(sizeLimit) : undefined;
    if (medium === 'Memory') await memory.mount(path, bytes, signal);
    else if (medium) throw new Error(`unsupported medium: ${medium}`);
    await chmod(path, 0o777);
    await group(path, pod, false);
    return path;
  }
  const filled = await volumeFiles(volume, pod, sourcesOf(setting, deps));
  if (!filled) throw new Error('no volume plugin matched');
  const { plugin, files } = filled;
  // Secrets and tokens never reach a disk.
  const isSecret = plugin === 'secret' || plugin === 'projected';
  const path = isSecret
    ? join(await setting.shared.directoryOf(pod.metadata.uid!, signal), plugin, volume.name)
    : directory(plugin);
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  if (await writeAtomically(path, files)) await group(path, pod, true);
  return path;
}

async function group(path: string, { spec }: Pod, readOnly: boolean): Promise<void> {
  const { fsGroup, fsGroupChangePolicy } = spec.securityContext ?? {};
  if (fsGroup === undefined) return;
  await giveToGroup(path, fsGroup, { readOnly, onlyOnMismatch: fsGroupChangePolicy === 'OnRootMismatch' });
}

function sourcesOf({ pod, addresses, signal }: Setting, deps: SystemVolumesDeps): VolumeSources {
  const { uid, namespace } = pod.metadata;
  return {
    ...addresses,
    allocatable: deps.allocatable(),
    configMap: (name) => deps.configMaps.get(uid!, namespace!, name, signal),
    secret: (name) => deps.secrets.get(uid!, namespace!, name, signal),
    token: (o) => deps.tokens.token(pod, o, signal),
  };
}
