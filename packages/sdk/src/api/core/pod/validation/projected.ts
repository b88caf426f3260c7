import { type FieldError, forbiddenAt, invalid, type Path, present, required } from '../../../../machinery/index.ts';
import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  KeyToPath,
  ProjectedVolumeSource,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '../volume.ts';
import { validateFieldRef, validateResourceFieldRef, volumeFieldPaths } from './field-ref.ts';
import { localPathProblems, validateFileMode, validateLocalPath } from './paths.ts';
import type { PodRules } from './rules.ts';

/** Volumes whose files the kubelet writes: from Secrets, ConfigMaps, the pod itself, and all of these together. */

export function* validateSecretVolume(source: SecretVolumeSource, at: Path): Iterable<FieldError> {
  yield* present(source.secretName, at.child('secretName'));
  yield* validateFileMode(source.defaultMode, at.child('defaultMode'));
  yield* validateKeys(source.items, at.child('items'));
}

export function* validateConfigMapVolume(source: ConfigMapVolumeSource, at: Path): Iterable<FieldError> {
  yield* present(source.name, at.child('name'));
  yield* validateFileMode(source.defaultMode, at.child('defaultMode'));
  yield* validateKeys(source.items, at.child('items'));
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
  const taken = new Set<string>();
  for (const [i, projection] of (source.sources ?? []).entries()) {
    yield* validateProjection(projection, { volume: at, source: at.child('sources').index(i) }, { taken, rules });
  }
}

export const hasNonLocalTokenPath = (volumes: readonly Volume[] | undefined): boolean =>
  (volumes ?? []).some((v) =>
    v.projected?.sources?.some((s) => s.serviceAccountToken && localPathProblems(s.serviceAccountToken.path).length),
  );

function* validateKeys(items: readonly KeyToPath[] | undefined, at: Path): Iterable<FieldError> {
  for (const [i, item] of (items ?? []).entries()) yield* validateKey(item, at.index(i));
}

function* validateKey({ key, path, mode }: KeyToPath, at: Path): Iterable<FieldError> {
  yield* present(key, at.child('key'));
  yield* present(path, at.child('path'));
  yield* validateLocalPath(path, at.child('path'));
  yield* validateFileMode(mode, at.child('mode'));
}

// Upstream tells of a file's errors at the list, without saying which file.
function* validateDownwardFile(file: DownwardAPIVolumeFile, at: Path): Iterable<FieldError> {
  const { path, fieldRef, resourceFieldRef, mode } = file;
  yield* present(path, at.child('path'));
  yield* validateLocalPath(path, at.child('path'));
  if (fieldRef) {
    yield* validateFieldRef(fieldRef, volumeFieldPaths, at.child('fieldRef'));
    if (resourceFieldRef) {
      yield invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
    }
  } else if (resourceFieldRef) {
    yield* validateResourceFieldRef(resourceFieldRef, at.child('resourceFieldRef'), { inVolume: true });
  } else yield required(at, 'one of fieldRef and resourceFieldRef is required');
  yield* validateFileMode(mode, at.child('mode'));
}

interface Projecting {
  /** Paths that earlier files have. */
  readonly taken: Set<string>;
  readonly rules: PodRules;
}

// Trust bundles and pod certificates aren't here: their gates are off, so they are dropped before anybody looks.
function* validateProjection(
  { secret, configMap, downwardAPI, serviceAccountToken }: VolumeProjection,
  at: { volume: Path; source: Path },
  projecting: Projecting,
): Iterable<FieldError> {
  for (const [name, source] of Object.entries({ secret, configMap })) {
    if (!source) continue;
    const here = at.source.child(name);
    yield* present(source.name, here.child('name'));
    for (const [i, item] of (source.items ?? []).entries()) {
      yield* validateKey(item, here.child('items').index(i));
      yield* take({ path: item.path, told: source.name ?? '' }, at.volume, projecting);
    }
  }
  for (const file of downwardAPI?.items ?? []) {
    yield* validateDownwardFile(file, at.source.child('downwardAPI'));
    yield* take({ path: file.path, told: file.path }, at.volume, projecting);
  }
  if (serviceAccountToken) yield* validateToken(serviceAccountToken, at, projecting.rules);
  const sources = [secret, configMap, downwardAPI, serviceAccountToken].filter(Boolean);
  if (sources.length > 1) yield forbiddenAt(at.source, 'may not specify more than 1 volume type per source');
}

/** Upstream tells not always of the path itself. */
function* take({ path, told }: { path: string; told: string }, at: Path, { taken }: Projecting): Iterable<FieldError> {
  if (!path) return;
  if (taken.has(path)) yield invalid(at, told, 'conflicting duplicate paths');
  taken.add(path);
}

function* validateToken(
  { expirationSeconds, path }: ServiceAccountTokenProjection,
  at: { volume: Path; source: Path },
  rules: PodRules,
): Iterable<FieldError> {
  const expiration = at.source.child('serviceAccountToken', 'expirationSeconds');
  if (expirationSeconds < 600) {
    yield invalid(expiration, expirationSeconds, 'may not specify a duration less than 10 minutes');
  }
  if (expirationSeconds > 2 ** 32) {
    yield invalid(expiration, expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
  }
  if (!path) yield required(at.volume.child('path'));
  else if (!rules.allowNonLocalTokenPath) yield* validateLocalPath(path, at.volume.child('path'));
}
