import {
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  type Path,
  required,
  tooLong,
} from '../../../../machinery/index.ts';
import { internalValue } from '../../../../schema/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import { type AppArmorProfile, type SeccompProfile, seccompProfile } from '../security.ts';
import { containersAt } from '../containers-of.ts';
import { validateDescendingPath } from './paths.ts';

/** Seccomp and AppArmor profiles, and the annotations that came before their fields. */

type Annotations = Readonly<Record<string, string>>;

const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];

export function validateSeccompProfile(errors: FieldError[], profile: SeccompProfile, at: Path): void {
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(at.child('type'), 'type is required when seccompProfile is set'));
  else if (!types.includes(type)) errors.push(notSupported(at.child('type'), type, types));
  const here = at.child('localhostProfile');
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(required(here, 'must be set when seccomp type is Localhost'));
    else errors.push(...validateDescendingPath(localhostProfile, here));
  } else if (localhostProfile !== undefined) {
    errors.push(
      invalid(here, internalValue(seccompProfile, profile), 'can only be set when seccomp type is Localhost'),
    );
  }
}

/** The longest path that the kernel takes. */
const longestProfile = 4095;

export function validateAppArmorProfile(errors: FieldError[], profile: AppArmorProfile, at: Path): void {
  const { type, localhostProfile } = profile;
  const here = at.child('localhostProfile');
  if (type === 'Localhost') {
    if (!localhostProfile) errors.push(required(here, 'must be set when AppArmor type is Localhost'));
    else if (localhostProfile.trim() !== localhostProfile) {
      errors.push(invalid(here, localhostProfile, 'must not be padded with whitespace'));
    }
    if (Buffer.byteLength(localhostProfile ?? '') > longestProfile) errors.push(tooLong(here, longestProfile));
  } else if (!type) errors.push(required(at.child('type'), 'type is required when appArmorProfile is set'));
  else if (!types.includes(type)) errors.push(notSupported(at.child('type'), type, types));
  else if (localhostProfile !== undefined) {
    errors.push(invalid(here, localhostProfile, 'can only be set when AppArmor type is Localhost'));
  }
}

export const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
export const seccompContainerPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

/** What an annotation says in the words of the field; undefined where it says nothing that the field could. */
export function appArmorFromAnnotation(value: string): AppArmorProfile | undefined {
  if (value === 'unconfined') return { type: 'Unconfined' };
  if (value === 'runtime/default') return { type: 'RuntimeDefault' };
  const localhostProfile = value.startsWith('localhost/') ? value.slice('localhost/'.length) : '';
  return localhostProfile ? { type: 'Localhost', localhostProfile } : undefined;
}

export function validateSeccompAnnotations(errors: FieldError[], annotations: Annotations, at: Path): void {
  const keys = Object.keys(annotations).sort();
  for (const key of [
    ...keys.filter((k) => k === seccompPodAnnotation),
    ...keys.filter((k) => k.startsWith(seccompContainerPrefix)),
  ]) {
    const value = annotations[key]!;
    if (['runtime/default', 'docker/default', 'unconfined'].includes(value)) continue;
    if (value.startsWith('localhost/'))
      errors.push(...validateDescendingPath(value.slice('localhost/'.length), at.child(key)));
    else errors.push(invalid(at.child(key), value, 'must be a valid seccomp profile'));
  }
}

export function validateAppArmorAnnotations(
  errors: FieldError[],
  annotations: Annotations,
  spec: PodSpec,
  at: Path,
): void {
  const names = new Set(containersAt(spec, at).map(({ container }) => container.name));
  for (const key of Object.keys(annotations).sort()) {
    if (!key.startsWith(appArmorPrefix)) continue;
    const name = key.slice(appArmorPrefix.length);
    if (!names.has(name)) errors.push(invalid(at.key(key), name, 'container not found'));
    const value = annotations[key]!;
    if (!['', 'runtime/default', 'unconfined'].includes(value) && !value.startsWith('localhost/')) {
      errors.push(invalid(at.key(key), value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
    }
  }
}

/** Where both an annotation and the field speak, they must say the same. `at` is the spec. */
export function validateProfilesAgree(errors: FieldError[], annotations: Annotations, spec: PodSpec, at: Path): void {
  const containers = containersAt(spec, at);
  const ofPod = spec.securityContext;
  agree(
    errors,
    'seccomp',
    { annotation: annotations[seccompPodAnnotation], profile: ofPod?.seccompProfile },
    at.child('securityContext', 'seccompProfile'),
  );
  for (const { container, at: here } of containers) {
    const annotation = annotations[seccompContainerPrefix + container.name];
    const where = here.child('securityContext', 'seccompProfile');
    agree(errors, 'seccomp', { annotation, profile: container.securityContext?.seccompProfile }, where);
  }
  if (spec.os?.name === 'windows') return;
  for (const { container, at: here } of containers) {
    const profile = container.securityContext?.appArmorProfile ?? ofPod?.appArmorProfile;
    const where = here.child('securityContext', 'appArmorProfile');
    agree(errors, 'apparmor', { annotation: annotations[appArmorPrefix + container.name], profile }, where);
  }
}

const spelled: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  seccomp: { Unconfined: ['unconfined'], RuntimeDefault: ['runtime/default', 'docker/default'] },
  apparmor: { Unconfined: ['unconfined'], RuntimeDefault: ['runtime/default'] },
};

interface Spoken {
  readonly annotation: string | undefined;
  readonly profile: SeccompProfile | AppArmorProfile | undefined;
}

function agree(errors: FieldError[], what: 'seccomp' | 'apparmor', { annotation, profile }: Spoken, at: Path): void {
  if (annotation === undefined || !profile) return;
  const { type, localhostProfile } = profile;
  const typesDiffer = forbiddenAt(at.child('type'), `${what} type in annotation and field must match`);
  if (type === 'Localhost') {
    if (!annotation.startsWith('localhost/')) errors.push(typesDiffer);
    else if (annotation.slice('localhost/'.length) !== localhostProfile) {
      errors.push(forbiddenAt(at.child('localhostProfile'), `${what} profile in annotation and field must match`));
    }
  } else if (spelled[what]?.[type] && !spelled[what][type].includes(annotation)) errors.push(typesDiffer);
}
