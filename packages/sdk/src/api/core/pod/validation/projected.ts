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

export function validateSecretVolume(errors: FieldError[], source: SecretVolumeSource, at: Path): void {
  errors.push(...present(source.secretName, at.child('secretName')));
  validateFiles(errors, source, at);
}

export function validateConfigMapVolume(errors: FieldError[], source: ConfigMapVolumeSource, at: Path): void {
  errors.push(...present(source.name, at.child('name')));
  validateFiles(errors, source, at);
}

type Files = Pick<SecretVolumeSource | ConfigMapVolumeSource, 'defaultMode' | 'items'>;

function validateFiles(errors: FieldError[], { defaultMode, items }: Files, at: Path): void {
  validateFileMode(errors, defaultMode, at.child('defaultMode'));
  if (!items) return;
  for (const [i, item] of items.entries()) validateKey(errors, item, at.child('items').index(i));
}

export function validateDownwardVolume(errors: FieldError[], source: DownwardAPIVolumeSource, at: Path): void {
  validateFileMode(errors, source.defaultMode, at.child('defaultMode'));
  for (const file of source.items ?? []) validateDownwardFile(errors, file, at);
}

export function validateProjectedVolume(
  errors: FieldError[],
  source: ProjectedVolumeSource,
  at: Path,
  rules: PodRules,
): void {
  validateFileMode(errors, source.defaultMode, at.child('defaultMode'));
  if (!source.sources) return;
  const projecting = { volume: at, taken: new Set<string>(), rules };
  const here = at.child('sources');
  for (const [i, projection] of source.sources.entries()) {
    validateProjection(errors, projection, here.index(i), projecting);
  }
}

export const hasNonLocalTokenPath = (volumes: readonly Volume[] | undefined): boolean =>
  (volumes ?? []).some((v) =>
    v.projected?.sources?.some((s) => s.serviceAccountToken && localPathProblems(s.serviceAccountToken.path).length),
  );

function validateKey(errors: FieldError[], { key, path, mode }: KeyToPath, at: Path): void {
  if (!key) errors.push(required(at.child('key')));
  errors.push(...validateFilePath(path, at));
  if (mode !== undefined) validateFileMode(errors, mode, at.child('mode'));
}

// Upstream tells of a file's errors at the list, without saying which file.
function validateDownwardFile(errors: FieldError[], file: DownwardAPIVolumeFile, at: Path): void {
  const { path, fieldRef, resourceFieldRef, mode } = file;
  errors.push(...validateFilePath(path, at));
  if (fieldRef) {
    validateFieldRef(errors, fieldRef, volumeFieldPaths, at.child('fieldRef'));
    if (resourceFieldRef) {
      errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (resourceFieldRef) {
    validateResourceFieldRef(errors, resourceFieldRef, at.child('resourceFieldRef'), { inVolume: true });
  } else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  if (mode !== undefined) validateFileMode(errors, mode, at.child('mode'));
}

interface Projecting {
  /** The volume itself, where upstream tells of paths. */
  readonly volume: Path;
  /** Paths that earlier files have. */
  readonly taken: Set<string>;
  readonly rules: PodRules;
}

function validateProjection(
  errors: FieldError[],
  projection: VolumeProjection,
  at: Path,
  projecting: Projecting,
): void {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = projection;
  if (secret) validateProjectedKeys(errors, secret, at.child('secret'), projecting);
  if (configMap) validateProjectedKeys(errors, configMap, at.child('configMap'), projecting);
  for (const file of downwardAPI?.items ?? []) {
    validateDownwardFile(errors, file, at.child('downwardAPI'));
    takePath(errors, file.path, projecting);
  }
  if (serviceAccountToken) validateToken(errors, serviceAccountToken, at.child('serviceAccountToken'), projecting);
  if (clusterTrustBundle) {
    validateTrustBundle(errors, clusterTrustBundle, at.child('clusterTrustBundle'));
    takePath(errors, clusterTrustBundle.path, projecting);
  }
  if (podCertificate) {
    const take = (path: string) => takePath(errors, path, projecting);
    validatePodCertificate(errors, podCertificate, at.child('podCertificate'), take);
  }
  let kinds = 0;
  for (const name of projectionNames) if (projection[name]) kinds++;
  if (kinds > 1) errors.push(forbiddenAt(at, 'may not specify more than 1 volume type per source'));
}

const projectionNames = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
] as const satisfies readonly (keyof VolumeProjection)[];

const conflicting = 'conflicting duplicate paths';

function validateProjectedKeys(
  errors: FieldError[],
  { name, items }: SecretProjection | ConfigMapProjection,
  at: Path,
  projecting: Projecting,
): void {
  if (!name) errors.push(required(at.child('name')));
  if (!items) return;
  for (const [i, item] of items.entries()) {
    validateKey(errors, item, at.child('items').index(i));
    // Upstream tells of the source, not of the path.
    takePath(errors, item.path, projecting, name ?? '');
  }
}

/** No earlier file may have the path; from now on one has. */
function takePath(errors: FieldError[], path: string, { taken, volume }: Projecting, told = path): void {
  if (taken.has(path)) errors.push(invalid(volume, told, conflicting));
  if (path) taken.add(path);
}

function validateToken(
  errors: FieldError[],
  { expirationSeconds, path }: ServiceAccountTokenProjection,
  at: Path,
  { volume, rules }: Projecting,
): void {
  const isShort = expirationSeconds < 600;
  if (isShort || expirationSeconds > 2 ** 32) {
    const why = isShort ? 'less than 10 minutes' : 'larger than 2^32 seconds';
    errors.push(invalid(at.child('expirationSeconds'), expirationSeconds, `may not specify a duration ${why}`));
  }
  if (!path || !rules.allowNonLocalTokenPath) errors.push(...validateFilePath(path, volume));
}

function validateFilePath(path: string, at: Path): Iterable<FieldError> {
  if (!path) return [required(at.child('path'))];
  const problems = localPathProblems(path);
  return problems.length ? problemsAt(problems, path, at.child('path')) : [];
}
