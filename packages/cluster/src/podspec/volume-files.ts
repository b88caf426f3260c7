import type { ConfigMap, Pod, ProjectedVolumeSource, Secret, Volume } from '@tiphys/sdk/api';
import type { PodAddresses } from './field-reference.ts';
import { configMapPayload, downwardPayload, type Payload, type PayloadFile, secretPayload } from './payloads.ts';
import { allContainersOf } from './pod-containers.ts';

/** Where the contents of volumes come from. */
export interface VolumeSources extends PodAddresses {
  readonly allocatable: Readonly<Record<string, string>>;
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  token(o: { audience: string; expirationSeconds: number }): Promise<string>;
}

export const defaultFileMode = 0o644;

/** The files of a volume that the API fills, and upstream's name of its plugin; undefined for other volumes. */
export async function volumeFiles(
  { configMap, secret, downwardAPI, projected }: Volume,
  pod: Pod,
  sources: VolumeSources,
): Promise<{ plugin: string; files: Payload } | undefined> {
  if (configMap) return { plugin: 'configmap', files: await configMapFiles(configMap.name, configMap, sources) };
  if (secret) return { plugin: 'secret', files: await secretFiles(secret.secretName, secret, sources) };
  if (downwardAPI) {
    const mode = downwardAPI.defaultMode ?? defaultFileMode;
    return { plugin: 'downward-api', files: downwardPayload(downwardAPI.items ?? [], mode, pod, sources) };
  }
  if (projected) return { plugin: 'projected', files: await projectedFiles(projected, pod, sources) };
  return undefined;
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

const configMapFiles = async (name = '', source: MapSource, sources: VolumeSources) =>
  configMapPayload(name, await sources.configMap(name), choiceOf(source));

const secretFiles = async (name = '', source: MapSource, sources: VolumeSources) =>
  secretPayload(name, await sources.secret(name), choiceOf(source));

async function projectedFiles(
  projected: ProjectedVolumeSource,
  pod: Pod,
  sources: VolumeSources,
): Promise<Map<string, PayloadFile>> {
  const { defaultMode } = projected;
  const files = new Map<string, PayloadFile>();
  const add = (more: Payload) => {
    for (const [path, file] of more) files.set(path, file);
  };
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of projected.sources ?? []) {
    if (configMap) add(await configMapFiles(configMap.name, { ...configMap, defaultMode }, sources));
    if (secret) add(await secretFiles(secret.name, { ...secret, defaultMode }, sources));
    if (downwardAPI) add(downwardPayload(downwardAPI.items ?? [], defaultMode, pod, sources));
    if (!serviceAccountToken) continue;
    const { audience = '', expirationSeconds, path } = serviceAccountToken;
    const data = Buffer.from(await sources.token({ audience, expirationSeconds }));
    const uid = commonUser(pod);
    // Only its user may read it, where there is one user or a group that stands for them all.
    const isNarrow = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
    const mode = isNarrow ? 0o600 : defaultMode;
    files.set(path, { data, mode, ...(uid !== undefined && { uid }) });
  }
  return files;
}

/** The user that every container runs as, when they agree on one. */
function commonUser(pod: Pod): number | undefined {
  const shared = pod.spec.securityContext?.runAsUser;
  const users = new Set(allContainersOf(pod).map((c) => c.securityContext?.runAsUser ?? shared));
  return users.size === 1 ? [...users][0] : undefined;
}
