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

export function* validateMounts(container: Mounting, volumes: GoodVolumes, at: Path): Iterable<FieldError> {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const taken = new Set<string>();
  for (const [i, mount] of volumeMounts.entries()) {
    const here = at.index(i);
    const { name, mountPath } = mount;
    if (!name) yield required(here.child('name'));
    if (!volumes.has(name)) yield notFoundAt(here.child('name'), name);
    if (!mountPath) yield required(here.child('mountPath'));
    if (taken.has(mountPath)) yield invalid(here.child('mountPath'), mountPath, 'must be unique');
    taken.add(mountPath);
    if (volumeDevices.some((d) => d.name === name)) {
      yield invalid(here.child('name'), name, 'must not already exist in volumeDevices');
    }
    if (volumeDevices.length && devicePaths(volumeDevices).has(mountPath)) {
      yield invalid(here.child('mountPath'), mountPath, 'must not already exist as a path in volumeDevices');
    }
    if (mount.subPath || mount.subPathExpr) yield* validateSubPaths(mount, at, here);
    if (mount.mountPropagation !== undefined) {
      yield* validatePropagation(mount, container, at.child('mountPropagation'));
    }
    if (mount.recursiveReadOnly) yield* validateRecursiveReadOnly(mount, at.child('recursiveReadOnly'));
  }
}

// A name stands for one path only, the last one given.
const devicePaths = (devices: readonly VolumeDevice[]): Set<string> =>
  new Set(new Map(devices.map((d) => [d.name, d.devicePath])).values());
const mountPaths = (mounts: readonly VolumeMount[]): Set<string> =>
  new Set(new Map(mounts.map((m) => [m.name, m.mountPath])).values());

// From here on upstream tells of the list where it means one of its items.
function* validateSubPaths({ subPath, subPathExpr }: VolumeMount, list: Path, at: Path): Iterable<FieldError> {
  if (subPath) yield* validateDescendingPath(subPath, list.child('subPath'));
  if (!subPathExpr) return;
  if (subPath) yield invalid(at.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive');
  yield* validateDescendingPath(subPathExpr, list.child('subPathExpr'));
}

function* validatePropagation(
  { mountPropagation }: VolumeMount,
  { securityContext }: Mounting,
  at: Path,
): Iterable<FieldError> {
  yield* oneOfThese(mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], at);
  if (mountPropagation === 'Bidirectional' && !securityContext?.privileged) {
    yield forbiddenAt(at, 'Bidirectional mount propagation is available only to privileged containers');
  }
}

function* validateRecursiveReadOnly(mount: VolumeMount, at: Path): Iterable<FieldError> {
  const { recursiveReadOnly, readOnly, mountPropagation = 'None' } = mount;
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') {
    yield notSupported(at, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']);
    return;
  }
  if (!readOnly) yield forbiddenAt(at, 'may only be specified when readOnly is true');
  if (mountPropagation !== 'None') {
    yield forbiddenAt(at, 'may only be specified when mountPropagation is None or not specified');
  }
}

export function* validateDevices(container: Mounting, volumes: GoodVolumes, at: Path): Iterable<FieldError> {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const paths = new Set<string>();
  const names = new Set<string>();
  for (const [i, { name, devicePath }] of volumeDevices.entries()) {
    const here = at.index(i);
    const volume = volumes.get(name);
    if (!name) yield required(here.child('name'));
    if (names.has(name)) yield invalid(here.child('name'), name, 'must be unique');
    if (!volume) yield notFoundAt(here.child('name'), name);
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      yield invalid(here.child('name'), name, why);
    }
    if (!devicePath) yield required(here.child('devicePath'));
    if (paths.has(devicePath)) yield invalid(here.child('devicePath'), devicePath, 'must be unique');
    if (devicePath && hasBackstep(devicePath)) {
      yield invalid(here.child('devicePath'), devicePath, "can not contain backsteps ('..')");
    } else paths.add(devicePath);
    if (volumeMounts.some((m) => m.name === name)) {
      yield invalid(here.child('name'), name, 'must not already exist in volumeMounts');
    }
    if (mountPaths(volumeMounts).has(devicePath)) {
      yield invalid(here.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts');
    }
    if (name) names.add(name);
  }
}
