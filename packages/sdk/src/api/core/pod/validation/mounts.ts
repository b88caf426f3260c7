import {
  type FieldError,
  forbiddenAt,
  invalid,
  notFoundAt,
  notSupported,
  oneOfThese,
  type Path,
  required,
} from '../../../../machinery/index.ts';
import type { Container, EphemeralContainer, VolumeDevice, VolumeMount } from '../container.ts';
import { hasBackstep, validateDescendingPath } from './paths.ts';
import type { GoodVolumes } from './volume.ts';

type Mounting = Pick<Container | EphemeralContainer, 'volumeMounts' | 'volumeDevices' | 'securityContext'>;

export function validateMounts(errors: FieldError[], container: Mounting, volumes: GoodVolumes, at: Path): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const taken = new Set<string>();
  for (const [i, mount] of volumeMounts.entries()) {
    const here = at.index(i);
    const { name, mountPath } = mount;
    if (!name) errors.push(required(here.child('name')));
    if (!volumes.has(name)) errors.push(notFoundAt(here.child('name'), name));
    if (!mountPath) errors.push(required(here.child('mountPath')));
    if (taken.has(mountPath)) errors.push(invalid(here.child('mountPath'), mountPath, 'must be unique'));
    taken.add(mountPath);
    if (volumeDevices.some((d) => d.name === name)) {
      errors.push(invalid(here.child('name'), name, 'must not already exist in volumeDevices'));
    }
    if (volumeDevices.length && devicePaths(volumeDevices).has(mountPath)) {
      errors.push(invalid(here.child('mountPath'), mountPath, 'must not already exist as a path in volumeDevices'));
    }
    if (mount.subPath || mount.subPathExpr) validateSubPaths(errors, mount, at, here);
    if (mount.mountPropagation !== undefined) {
      validatePropagation(errors, mount, container, at.child('mountPropagation'));
    }
    if (mount.recursiveReadOnly) validateRecursiveReadOnly(errors, mount, at.child('recursiveReadOnly'));
  }
}

// A name stands for one path only, the last one given.
const devicePaths = (devices: readonly VolumeDevice[]): Set<string> =>
  new Set(new Map(devices.map((d) => [d.name, d.devicePath])).values());
const mountPaths = (mounts: readonly VolumeMount[]): Set<string> =>
  new Set(new Map(mounts.map((m) => [m.name, m.mountPath])).values());

// From here on upstream tells of the list where it means one of its items.
function validateSubPaths(errors: FieldError[], { subPath, subPathExpr }: VolumeMount, list: Path, at: Path): void {
  if (subPath) errors.push(...validateDescendingPath(subPath, list.child('subPath')));
  if (!subPathExpr) return;
  if (subPath)
    errors.push(invalid(at.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  errors.push(...validateDescendingPath(subPathExpr, list.child('subPathExpr')));
}

function validatePropagation(
  errors: FieldError[],
  { mountPropagation }: VolumeMount,
  { securityContext }: Mounting,
  at: Path,
): void {
  errors.push(...oneOfThese(mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], at));
  if (mountPropagation === 'Bidirectional' && !securityContext?.privileged) {
    errors.push(forbiddenAt(at, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

function validateRecursiveReadOnly(errors: FieldError[], mount: VolumeMount, at: Path): void {
  const { recursiveReadOnly, readOnly, mountPropagation = 'None' } = mount;
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') {
    errors.push(notSupported(at, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']));
    return;
  }
  if (!readOnly) errors.push(forbiddenAt(at, 'may only be specified when readOnly is true'));
  if (mountPropagation !== 'None') {
    errors.push(forbiddenAt(at, 'may only be specified when mountPropagation is None or not specified'));
  }
}

export function validateDevices(errors: FieldError[], container: Mounting, volumes: GoodVolumes, at: Path): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const paths = new Set<string>();
  const names = new Set<string>();
  for (const [i, { name, devicePath }] of volumeDevices.entries()) {
    const here = at.index(i);
    const volume = volumes.get(name);
    if (!name) errors.push(required(here.child('name')));
    if (names.has(name)) errors.push(invalid(here.child('name'), name, 'must be unique'));
    if (!volume) errors.push(notFoundAt(here.child('name'), name));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(here.child('name'), name, why));
    }
    if (!devicePath) errors.push(required(here.child('devicePath')));
    if (paths.has(devicePath)) errors.push(invalid(here.child('devicePath'), devicePath, 'must be unique'));
    if (devicePath && hasBackstep(devicePath)) {
      errors.push(invalid(here.child('devicePath'), devicePath, "can not contain backsteps ('..')"));
    } else paths.add(devicePath);
    if (volumeMounts.some((m) => m.name === name)) {
      errors.push(invalid(here.child('name'), name, 'must not already exist in volumeMounts'));
    }
    if (mountPaths(volumeMounts).has(devicePath)) {
      errors.push(invalid(here.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name) names.add(name);
  }
}
