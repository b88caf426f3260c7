import {
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  present,
  problemsAt,
  required,
} from '../../../../machinery/index.ts';
import type {
  ConfigMapProjection,
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  KeyToPath,
  ProjectedVolumeSource,
  SecretProjection,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '../volume.ts';
import { validateFieldRef, validateResourceFieldRef, volumeFieldPaths } from './field-ref.ts';
import { localPathProblems, validateFileMode } from './paths.ts';
import { validatePodCertificate, validateTrustBundle } from './projected-certificates.ts';
import type { PodRules } from './rules.ts';

/** Volumes whose files the kubelet writes: from Secrets, ConfigMaps, the pod itself, and all of these together. */

export function* validateSecretVolume(source: SecretVolumeSource, at: Path): Iterable<FieldError> {
  yield* present(source.secretName, at.child('secretName'));
  yield* validateFiles(source, at);
}

export function* validateConfigMapVolume(source: ConfigMapVolumeSource, at: Path): Iterable<FieldError> {
  yield* present(source.name, at.child('name'));
  yield* validateFiles(source, at);
}

type Files = Pick<SecretVolumeSource | ConfigMapVolumeSource, 'defaultMode' | 'items'>;

function* validateFiles({ defaultMode, items }: Files, at: Path): Iterable<FieldError> {
  yield* validateFileMode(defaultMode, at.child('defaultMode'));
  if (!items) return;
  for (const [i, item] of items.entries()) yield* validateKey(item, at.child('items').index(i));
}

export function* validateDownwardVolume(source: DownwardAPIVolumeSource, at: Path): Iterable<FieldError> {
  yield* validateFileMode(source.defaultMode, at.child('defaultMode'));
  for (const file of source.items ?? []) yield* validateDownwardFile(file, at);
}

export function* validateProjectedVolume(
  source: ProjectedVolumeSource,
  at: Path,
  rules: PodRules,
): Iterable<FieldError> {
  yield* validateFileMode(source.defaultMode, at.child('defaultMode'));
  if (!source.sources) return;
  const projecting = { taken: new Set<string>(), rules };
  const here = at.child('sources');
  for (const [i, projection] of source.sources.entries()) {
    yield* validateProjection(projection, { volume: at, source: here.index(i) }, projecting);
  }
}

export const hasNonLocalTokenPath = (volumes: readonly Volume[] | undefined): boolean =>
  (volumes ?? []).some((v) =>
    v.projected?.sources?.some((s) => s.serviceAccountToken && localPathProblems(s.serviceAccountToken.path).length),
  );

function* validateKey({ key, path, mode }: KeyToPath, at: Path): Iterable<FieldError> {
  if (!key) yield required(at.child('key'));
  yield* validateFilePath(path, at);
  if (mode !== undefined) yield* validateFileMode(mode, at.child('mode'));
}

// Upstream tells of a file's errors at the list, without saying which file.
function* validateDownwardFile(file: DownwardAPIVolumeFile, at: Path): Iterable<FieldError> {
  const { path, fieldRef, resourceFieldRef, mode } = file;
  yield* validateFilePath(path, at);
  if (fieldRef) {
    yield* validateFieldRef(fieldRef, volumeFieldPaths, at.child('fieldRef'));
    if (resourceFieldRef) {
      yield invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
    }
  } else if (resourceFieldRef) {
    yield* validateResourceFieldRef(resourceFieldRef, at.child('resourceFieldRef'), { inVolume: true });
  } else yield required(at, 'one of fieldRef and resourceFieldRef is required');
  if (mode !== undefined) yield* validateFileMode(mode, at.child('mode'));
}

interface Projecting {
  /** Paths that earlier files have. */
  readonly taken: Set<string>;
  readonly rules: PodRules;
}

function* validateProjection(
  { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate }: VolumeProjection,
  at: { volume: Path; source: Path },
  projecting: Projecting,
): Iterable<FieldError> {
  if (secret)
    yield* validateProjectedKeys(secret, { volume: at.volume, source: at.source.child('secret') }, projecting);
  if (configMap) {
    yield* validateProjectedKeys(configMap, { volume: at.volume, source: at.source.child('configMap') }, projecting);
  }
  for (const file of downwardAPI?.items ?? []) {
    yield* validateDownwardFile(file, at.source.child('downwardAPI'));
    if (isTaken(file.path, projecting)) yield invalid(at.volume, file.path, conflicting);
  }
  if (serviceAccountToken) yield* validateToken(serviceAccountToken, at, projecting.rules);
  const taken = (path: string): FieldError[] =>
    isTaken(path, projecting) ? [invalid(at.volume, path, conflicting)] : [];
  if (clusterTrustBundle) {
    yield* validateTrustBundle(clusterTrustBundle, at.source.child('clusterTrustBundle'));
    yield* taken(clusterTrustBundle.path);
  }
  if (podCertificate) yield* validatePodCertificate(podCertificate, at.source.child('podCertificate'), taken);
  const all = [secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate];
  if (all.filter(Boolean).length > 1)
    yield forbiddenAt(at.source, 'may not specify more than 1 volume type per source');
}

const conflicting = 'conflicting duplicate paths';

function* validateProjectedKeys(
  { name, items }: SecretProjection | ConfigMapProjection,
  at: { volume: Path; source: Path },
  projecting: Projecting,
): Iterable<FieldError> {
  if (!name) yield required(at.source.child('name'));
  if (!items) return;
  for (const [i, item] of items.entries()) {
    yield* validateKey(item, at.source.child('items').index(i));
    // Upstream tells of the source, not of the path.
    if (isTaken(item.path, projecting)) yield invalid(at.volume, name ?? '', conflicting);
  }
}

/** Whether an earlier file has the path; from now on one has. */
function isTaken(path: string, { taken }: Projecting): boolean {
  const was = taken.has(path);
  if (path) taken.add(path);
  return was;
}

function* validateToken(
  { expirationSeconds, path }: ServiceAccountTokenProjection,
  at: { volume: Path; source: Path },
  rules: PodRules,
): Iterable<FieldError> {
  const isShort = expirationSeconds < 600;
  if (isShort || expirationSeconds > 2 ** 32) {
    const why = isShort ? 'less than 10 minutes' : 'larger than 2^32 seconds';
    const where = at.source.child('serviceAccountToken', 'expirationSeconds');
    yield invalid(where, expirationSeconds, `may not specify a duration ${why}`);
  }
  if (!path || !rules.allowNonLocalTokenPath) yield* validateFilePath(path, at.volume);
}

function validateFilePath(path: string, at: Path): Iterable<FieldError> {
  if (!path) return [required(at.child('path'))];
  const problems = localPathProblems(path);
  return problems.length ? problemsAt(problems, path, at.child('path')) : [];
}
