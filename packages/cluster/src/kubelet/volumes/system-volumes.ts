import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigMap, Pod, ProjectedVolumeSource, Secret, Volume } from '@tiphys/sdk/api';
import { unitValue } from '@tiphys/sdk/machinery';
import type { PodAddresses } from '../containers/field-reference.ts';
import { allContainersOf } from '../containers/pod-containers.ts';
import { type PayloadFile, writeAtomically } from './atomic-writer.ts';
import { checkHostPath } from './host-path.ts';
import { giveToGroup } from './ownership.ts';
import { configMapPayload, downwardPayload, secretPayload } from './payloads.ts';
import { SharedMemory } from './shared-memory.ts';
import { MountError, type PodVolumes } from './pod-volumes.ts';
import type { ReferencedObjects } from './referenced-objects.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
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

const defaultFileMode = 0o644;

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
          if (signal.aborted) throw err;
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
  const [plugin, payload] = await payloadOf(volume, setting, deps);
  // Secrets and tokens never reach a disk.
  const isSecret = plugin === 'secret' || plugin === 'projected';
  const path = isSecret
    ? join(await setting.shared.directoryOf(pod.metadata.uid!, signal), plugin, volume.name)
    : directory(plugin);
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  if (await writeAtomically(path, payload)) await group(path, pod, true);
  return path;
}

async function group(path: string, { spec }: Pod, readOnly: boolean): Promise<void> {
  const { fsGroup, fsGroupChangePolicy } = spec.securityContext ?? {};
  if (fsGroup === undefined) return;
  await giveToGroup(path, fsGroup, { readOnly, onlyOnMismatch: fsGroupChangePolicy === 'OnRootMismatch' });
}

async function payloadOf(
  { configMap, secret, downwardAPI, projected }: Volume,
  setting: Setting,
  deps: SystemVolumesDeps,
): Promise<[plugin: string, Map<string, PayloadFile>]> {
  if (configMap) return ['configmap', await configMapFiles(configMap.name ?? '', configMap, setting, deps)];
  if (secret) return ['secret', await secretFiles(secret.secretName ?? '', secret, setting, deps)];
  if (downwardAPI) {
    const mode = downwardAPI.defaultMode ?? defaultFileMode;
    const around = { ...setting.addresses, allocatable: deps.allocatable() };
    return ['downward-api', downwardPayload(downwardAPI.items ?? [], mode, setting.pod, around)];
  }
  if (projected) return ['projected', await projectedFiles(projected, setting, deps)];
  throw new Error('no volume plugin matched');
}

interface MapSource {
  readonly items?: NonNullable<Volume['configMap']>['items'] | undefined;
  readonly defaultMode?: number | undefined;
  readonly optional?: boolean | undefined;
}

const choiceOf = ({ items, defaultMode, optional }: MapSource) => ({
  items,
  defaultMode: defaultMode ?? defaultFileMode,
  optional: optional ?? false,
});

async function configMapFiles(name: string, source: MapSource, { pod, signal }: Setting, deps: SystemVolumesDeps) {
  const { uid, namespace } = pod.metadata;
  return configMapPayload(name, await deps.configMaps.get(uid!, namespace!, name, signal), choiceOf(source));
}

async function secretFiles(name: string, source: MapSource, { pod, signal }: Setting, deps: SystemVolumesDeps) {
  const { uid, namespace } = pod.metadata;
  return secretPayload(name, await deps.secrets.get(uid!, namespace!, name, signal), choiceOf(source));
}

async function projectedFiles(
  { sources, defaultMode }: ProjectedVolumeSource,
  setting: Setting,
  deps: SystemVolumesDeps,
): Promise<Map<string, PayloadFile>> {
  const { pod, addresses, signal } = setting;
  const files = new Map<string, PayloadFile>();
  const add = (more: Map<string, PayloadFile>) => {
    for (const [path, file] of more) files.set(path, file);
  };
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of sources ?? []) {
    if (configMap) add(await configMapFiles(configMap.name ?? '', { ...configMap, defaultMode }, setting, deps));
    if (secret) add(await secretFiles(secret.name ?? '', { ...secret, defaultMode }, setting, deps));
    if (downwardAPI) {
      add(
        downwardPayload(downwardAPI.items ?? [], defaultMode, pod, { ...addresses, allocatable: deps.allocatable() }),
      );
    }
    if (!serviceAccountToken) continue;
    const { audience = '', expirationSeconds, path } = serviceAccountToken;
    const token = await deps.tokens.token(pod, { audience, expirationSeconds }, signal);
    const uid = commonUser(pod);
    // Only its user may read it, where there is one user or a group that stands for them all.
    const isNarrow = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
    const mode = isNarrow ? 0o600 : defaultMode;
    files.set(path, { data: Buffer.from(token), mode, ...(uid !== undefined && { uid }) });
  }
  return files;
}

/** The user that every container runs as, when they agree on one. */
function commonUser(pod: Pod): number | undefined {
  const shared = pod.spec.securityContext?.runAsUser;
  const users = new Set(allContainersOf(pod).map((c) => c.securityContext?.runAsUser ?? shared));
  return users.size === 1 ? [...users][0] : undefined;
}
