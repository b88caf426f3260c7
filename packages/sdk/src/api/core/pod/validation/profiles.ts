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

export function* validateSeccompProfile(profile: SeccompProfile, at: Path): Iterable<FieldError> {
  const { type, localhostProfile } = profile;
  if (!type) yield required(at.child('type'), 'type is required when seccompProfile is set');
  else if (!types.includes(type)) yield notSupported(at.child('type'), type, types);
  const here = at.child('localhostProfile');
  if (type === 'Localhost') {
    if (localhostProfile === undefined) yield required(here, 'must be set when seccomp type is Localhost');
    else yield* validateDescendingPath(localhostProfile, here);
  } else if (localhostProfile !== undefined) {
    yield invalid(here, internalValue(seccompProfile, profile), 'can only be set when seccomp type is Localhost');
  }
}

/** The longest path that the kernel takes. */
const longestProfile = 4095;

export function* validateAppArmorProfile(profile: AppArmorProfile, at: Path): Iterable<FieldError> {
  const { type, localhostProfile } = profile;
  const here = at.child('localhostProfile');
  if (type === 'Localhost') {
    if (!localhostProfile) yield required(here, 'must be set when AppArmor type is Localhost');
    else if (localhostProfile.trim() !== localhostProfile) {
      yield invalid(here, localhostProfile, 'must not be padded with whitespace');
    }
    if (Buffer.byteLength(localhostProfile ?? '') > longestProfile) yield tooLong(here, longestProfile);
  } else if (!type) yield required(at.child('type'), 'type is required when appArmorProfile is set');
  else if (!types.includes(type)) yield notSupported(at.child('type'), type, types);
  else if (localhostProfile !== undefined) {
    yield invalid(here, localhostProfile, 'can only be set when AppArmor type is Localhost');
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

export function* validateSeccompAnnotations(annotations: Annotations, at: Path): Iterable<FieldError> {
  const keys = Object.keys(annotations).sort();
  for (const key of [
    ...keys.filter((k) => k === seccompPodAnnotation),
    ...keys.filter((k) => k.startsWith(seccompContainerPrefix)),
  ]) {
    const value = annotations[key]!;
    if (['runtime/default', 'docker/default', 'unconfined'].includes(value)) continue;
    if (value.startsWith('localhost/')) yield* validateDescendingPath(value.slice('localhost/'.length), at.child(key));
    else yield invalid(at.child(key), value, 'must be a valid seccomp profile');
  }
}

export function* validateAppArmorAnnotations(annotations: Annotations, spec: PodSpec, at: Path): Iterable<FieldError> {
  const names = new Set(containersAt(spec, at).map(({ container }) => container.name));
  for (const key of Object.keys(annotations).sort()) {
    if (!key.startsWith(appArmorPrefix)) continue;
    const name = key.slice(appArmorPrefix.length);
    if (!names.has(name)) yield invalid(at.key(key), name, 'container not found');
    const value = annotations[key]!;
    if (!['', 'runtime/default', 'unconfined'].includes(value) && !value.startsWith('localhost/')) {
      yield invalid(at.key(key), value, `invalid AppArmor profile name: ${JSON.stringify(value)}`);
    }
  }
}

/** Where both an annotation and the field speak, they must say the same. `at` is the spec. */
export function* validateProfilesAgree(annotations: Annotations, spec: PodSpec, at: Path): Iterable<FieldError> {
  const containers = containersAt(spec, at);
  const ofPod = spec.securityContext;
  yield* agree(
    'seccomp',
    { annotation: annotations[seccompPodAnnotation], profile: ofPod?.seccompProfile },
    at.child('securityContext', 'seccompProfile'),
  );
  for (const { container, at: here } of containers) {
    const annotation = annotations[seccompContainerPrefix + container.name];
    const where = here.child('securityContext', 'seccompProfile');
    yield* agree('seccomp', { annotation, profile: container.securityContext?.seccompProfile }, where);
  }
  if (spec.os?.name === 'windows') return;
  for (const { container, at: here } of containers) {
    const profile = container.securityContext?.appArmorProfile ?? ofPod?.appArmorProfile;
    const where = here.child('securityContext', 'appArmorProfile');
    yield* agree('apparmor', { annotation: annotations[appArmorPrefix + container.name], profile }, where);
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

function* agree(what: 'seccomp' | 'apparmor', { annotation, profile }: Spoken, at: Path): Iterable<FieldError> {
  if (annotation === undefined || !profile) return;
  const { type, localhostProfile } = profile;
  const typesDiffer = forbiddenAt(at.child('type'), `${what} type in annotation and field must match`);
  if (type === 'Localhost') {
    if (!annotation.startsWith('localhost/')) yield typesDiffer;
    else if (annotation.slice('localhost/'.length) !== localhostProfile) {
      yield forbiddenAt(at.child('localhostProfile'), `${what} profile in annotation and field must match`);
    }
  } else if (spelled[what]?.[type] && !spelled[what][type].includes(annotation)) yield typesDiffer;
}
