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

export function validateEnv(errors: FieldError[], env: readonly EnvVar[], at: Path, rules: PodRules): void {
  for (const [i, variable] of env.entries()) {
    const { name, valueFrom } = variable;
    if (!name) errors.push(required(at.index(i).child('name')));
    else errors.push(...problemsAt(relaxedEnvVarNameProblems(name), name, at.index(i).child('name')));
    if (valueFrom) validateValueFrom(errors, variable, at.index(i).child('valueFrom'), rules);
  }
}

function validateValueFrom(errors: FieldError[], { value, valueFrom = {} }: EnvVar, at: Path, rules: PodRules): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef) validateFieldRef(errors, fieldRef, envFieldPaths, at.child('fieldRef'));
  if (resourceFieldRef) {
    validateResourceFieldRef(errors, resourceFieldRef, at.child('resourceFieldRef'), { inVolume: false });
  }
  if (configMapKeyRef) validateKeyRef(errors, configMapKeyRef, at.child('configMapKeyRef'));
  if (secretKeyRef) validateKeyRef(errors, secretKeyRef, at.child('secretKeyRef'));
  if (fileKeyRef) validateFileKeyRef(errors, fileKeyRef, at.child('fileKeyRef'));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) {
    const last = rules.allowEnvFiles ? ', `secretKeyRef` or `fileKeyRef`' : ' or `secretKeyRef`';
    errors.push(invalid(at, '', `must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`${last}`));
  } else if (value) errors.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
}

function validateKeyRef(
  errors: FieldError[],
  { name = '', key }: ConfigMapKeySelector | SecretKeySelector,
  at: Path,
): void {
  errors.push(...problemsAt(dnsSubdomainProblems(name), name, at.child('name')));
  if (!key) errors.push(required(at.child('key')));
  else errors.push(...problemsAt(configKeyProblems(key), key, at.child('key')));
}

function validateFileKeyRef(errors: FieldError[], { key, volumeName, path }: FileKeySelector, at: Path): void {
  if (!key) errors.push(required(at.child('key')));
  else errors.push(...problemsAt(relaxedEnvVarNameProblems(key), key, at.child('key')));
  if (!volumeName) errors.push(required(at.child('volumeName')));
  else errors.push(...problemsAt(dnsLabelProblems(volumeName), volumeName, at.child('volumeName')));
  if (!path) errors.push(required(at.child('path')));
  else errors.push(...problemsAt(backstepProblems(path), path, at.child('path')));
}

export const readsFileKeys = (spec: PodSpec): boolean =>
  anyContainer(spec, ({ env }) => env?.some(({ valueFrom }) => valueFrom?.fileKeyRef) ?? false);

/** Variables read from a file: the volume that holds it must be there and be an empty directory. */
export function validateFileKeyVolumes(errors: FieldError[], spec: PodSpec, at: Path): void {
  const volumes = new Map((spec.volumes ?? []).map((v) => [v.name, v]));
  for (const { container, at: where } of containersAt(spec, at)) {
    for (const [i, { valueFrom }] of (container.env ?? []).entries()) {
      if (!valueFrom?.fileKeyRef) continue;
      const { volumeName } = valueFrom.fileKeyRef;
      const here = where.child('env').index(i).child('valueFrom', 'fileKeyRef', 'volumeName');
      const volume = volumes.get(volumeName);
      if (!volume) errors.push(notFoundAt(here, volumeName));
      else if (!volume.emptyDir) errors.push(invalid(here, volumeName, 'referenced volume must be of type emptyDir'));
    }
  }
}

export function validateEnvFrom(errors: FieldError[], sources: readonly EnvFromSource[], at: Path): void {
  for (const [i, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const here = at.index(i);
    if (prefix) errors.push(...problemsAt(relaxedEnvVarNameProblems(prefix), prefix, here.child('prefix')));
    if (configMapRef) validateEnvFromName(errors, configMapRef.name, here.child('configMapRef', 'name'));
    if (secretRef) validateEnvFromName(errors, secretRef.name, here.child('secretRef', 'name'));
    if (!configMapRef && !secretRef) errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef && secretRef)
      errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
  }
}

function validateEnvFromName(errors: FieldError[], name: string | undefined, at: Path): void {
  if (!name) return void errors.push(required(at));
  // Upstream takes the name for the beginning of one, which may end in a dash.
  const whole = name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
  errors.push(...problemsAt(dnsSubdomainProblems(whole), name, at));
}
