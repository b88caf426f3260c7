import {
  configKeyProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  invalid,
  notFoundAt,
  type Path,
  problemsAt,
  relaxedEnvVarNameProblems,
  required,
} from '../../../../machinery/index.ts';
import type { ConfigMapKeySelector, EnvFromSource, EnvVar, FileKeySelector, SecretKeySelector } from '../env.ts';
import type { PodSpec } from '../pod-spec.ts';
import { anyContainer, containersAt } from '../containers-of.ts';
import { envFieldPaths, validateFieldRef, validateResourceFieldRef } from './field-ref.ts';
import { backstepProblems } from './paths.ts';
import type { PodRules } from './rules.ts';

export function* validateEnv(env: readonly EnvVar[], at: Path, rules: PodRules): Iterable<FieldError> {
  for (const [i, variable] of env.entries()) {
    const { name, valueFrom } = variable;
    if (!name) yield required(at.index(i).child('name'));
    else yield* problemsAt(relaxedEnvVarNameProblems(name), name, at.index(i).child('name'));
    if (valueFrom) yield* validateValueFrom(variable, at.index(i).child('valueFrom'), rules);
  }
}

function* validateValueFrom({ value, valueFrom = {} }: EnvVar, at: Path, rules: PodRules): Iterable<FieldError> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef) yield* validateFieldRef(fieldRef, envFieldPaths, at.child('fieldRef'));
  if (resourceFieldRef) {
    yield* validateResourceFieldRef(resourceFieldRef, at.child('resourceFieldRef'), { inVolume: false });
  }
  if (configMapKeyRef) yield* validateKeyRef(configMapKeyRef, at.child('configMapKeyRef'));
  if (secretKeyRef) yield* validateKeyRef(secretKeyRef, at.child('secretKeyRef'));
  if (fileKeyRef) yield* validateFileKeyRef(fileKeyRef, at.child('fileKeyRef'));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) {
    const last = rules.allowEnvFiles ? ', `secretKeyRef` or `fileKeyRef`' : ' or `secretKeyRef`';
    yield invalid(at, '', `must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`${last}`);
  } else if (value) yield invalid(at, '', 'may not be specified when `value` is not empty');
  else if (sources > 1) yield invalid(at, '', 'may not have more than one field specified at a time');
}

function* validateKeyRef({ name = '', key }: ConfigMapKeySelector | SecretKeySelector, at: Path): Iterable<FieldError> {
  yield* problemsAt(dnsSubdomainProblems(name), name, at.child('name'));
  if (!key) yield required(at.child('key'));
  else yield* problemsAt(configKeyProblems(key), key, at.child('key'));
}

function* validateFileKeyRef({ key, volumeName, path }: FileKeySelector, at: Path): Iterable<FieldError> {
  if (!key) yield required(at.child('key'));
  else yield* problemsAt(relaxedEnvVarNameProblems(key), key, at.child('key'));
  if (!volumeName) yield required(at.child('volumeName'));
  else yield* problemsAt(dnsLabelProblems(volumeName), volumeName, at.child('volumeName'));
  if (!path) yield required(at.child('path'));
  else yield* problemsAt(backstepProblems(path), path, at.child('path'));
}

export const readsFileKeys = (spec: PodSpec): boolean =>
  anyContainer(spec, ({ env }) => env?.some(({ valueFrom }) => valueFrom?.fileKeyRef) ?? false);

/** Variables read from a file: the volume that holds it must be there and be an empty directory. */
export function* validateFileKeyVolumes(spec: PodSpec, at: Path): Iterable<FieldError> {
  const volumes = new Map((spec.volumes ?? []).map((v) => [v.name, v]));
  for (const { container, at: where } of containersAt(spec, at)) {
    for (const [i, { valueFrom }] of (container.env ?? []).entries()) {
      if (!valueFrom?.fileKeyRef) continue;
      const { volumeName } = valueFrom.fileKeyRef;
      const here = where.child('env').index(i).child('valueFrom', 'fileKeyRef', 'volumeName');
      const volume = volumes.get(volumeName);
      if (!volume) yield notFoundAt(here, volumeName);
      else if (!volume.emptyDir) yield invalid(here, volumeName, 'referenced volume must be of type emptyDir');
    }
  }
}

export function* validateEnvFrom(sources: readonly EnvFromSource[], at: Path): Iterable<FieldError> {
  for (const [i, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const here = at.index(i);
    if (prefix) yield* problemsAt(relaxedEnvVarNameProblems(prefix), prefix, here.child('prefix'));
    if (configMapRef) yield* validateEnvFromName(configMapRef.name, here.child('configMapRef', 'name'));
    if (secretRef) yield* validateEnvFromName(secretRef.name, here.child('secretRef', 'name'));
    if (!configMapRef && !secretRef) yield invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (configMapRef && secretRef) yield invalid(at, '', 'may not have more than one field specified at a time');
  }
}

function* validateEnvFromName(name: string | undefined, at: Path): Iterable<FieldError> {
  if (!name) return yield required(at);
  // Upstream takes the name for the beginning of one, which may end in a dash.
  const whole = name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
  yield* problemsAt(dnsSubdomainProblems(whole), name, at);
}
