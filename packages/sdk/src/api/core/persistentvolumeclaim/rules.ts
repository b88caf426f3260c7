import {
  compareQuantity,
  deepCopy,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  notSupported,
  type Path,
  qualifiedNameProblems,
  required,
  typedString,
  invalid,
  unifiedDiff,
  wrappedUnits,
} from '../../../machinery/index.ts';
import { isUsableSelector } from '../../meta/label-selector-rules.ts';
import { isNativeResource } from '../pod/validation/resource-name.ts';
import type { PersistentVolumeClaimSpec } from '../pod/volume.ts';
import { storageClassAnnotation } from '../volume-modes.ts';
import type { PersistentVolumeClaim } from './persistentvolumeclaim.ts';
import { validateClaimSpec } from './spec-rules.ts';

const spec = field('spec');

export function* claimRules(next: PersistentVolumeClaim, old: PersistentVolumeClaim | undefined): Iterable<FieldError> {
  yield* validateClaimSpec(next.spec, spec, {
    allowInvalidValues: Boolean(old?.spec.selector && !isUsableSelector(old.spec.selector)),
    allowInvalidApiGroup: Boolean(old?.spec.dataSource?.apiGroup ?? old?.spec.dataSourceRef?.apiGroup),
  });
  if (!old) return;
  yield* kindOfStorageRules(next, old);
  yield* sizeRules(next, old);
  const mode = next.spec.volumeMode && typedString(next.spec.volumeMode);
  if (next.spec.volumeMode !== old.spec.volumeMode) yield* immutable(mode, undefined, field('volumeMode'));
  yield* attributesClassRules(next, old);
}

/** Whatever may change is the old one's in the copy; what then still differs may not. */
function* kindOfStorageRules(next: PersistentVolumeClaim, old: PersistentVolumeClaim): Iterable<FieldError> {
  const now = deepCopy(next.spec);
  const before = deepCopy(old.spec);
  if (!before.volumeName && now.volumeName) before.volumeName = now.volumeName;
  else if (!before.volumeName) delete now.volumeName;
  if (movesClassFromAnnotation(next, old)) delete now.storageClassName;
  else {
    const [annotation, kept] = [next, old].map(({ metadata }) => metadata.annotations?.[storageClassAnnotation] ?? '');
    yield* immutable(annotation, kept, field('metadata', 'annotations').key(storageClassAnnotation));
    if (getsFirstClass(next, old)) delete now.storageClassName;
  }
  if (next.status.phase === 'Bound') {
    const asked = before.resources.requests?.['storage'];
    if (now.resources.requests) {
      now.resources.requests = { ...now.resources.requests, storage: asked ?? '0' };
      if (asked === undefined) delete now.resources.requests['storage'];
    }
    delete now.volumeAttributesClassName;
    delete before.volumeAttributesClassName;
  }
  if (equal(now, before)) return;
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  yield forbiddenAt(spec, `${why}\n${unifiedDiff(before, now)}`);
}

const movesClassFromAnnotation = (next: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean => {
  const before = old.metadata.annotations?.[storageClassAnnotation];
  const now = next.metadata.annotations?.[storageClassAnnotation];
  return (
    before !== undefined &&
    old.spec.storageClassName === undefined &&
    next.spec.storageClassName === before &&
    (now === undefined || now === before)
  );
};

const getsFirstClass = (next: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean => {
  const before = old.metadata.annotations?.[storageClassAnnotation];
  const { storageClassName } = next.spec;
  return (
    storageClassName !== undefined &&
    old.spec.storageClassName === undefined &&
    (before === undefined || storageClassName === before)
  );
};

/** A claim may ask for more, and take that back so far as it wasn't given. */
function* sizeRules(next: PersistentVolumeClaim, old: PersistentVolumeClaim): Iterable<FieldError> {
  const size = (of: PersistentVolumeClaimSpec) => of.resources.requests?.['storage'] ?? '0';
  const given = old.status.capacity?.['storage'] ?? '0';
  if (compareQuantity(size(next.spec), size(old.spec)) >= 0 || compareQuantity(size(next.spec), given) > 0) return;
  yield forbiddenAt(spec.child('resources', 'requests', 'storage'), 'field can not be less than status.capacity');
}

function* attributesClassRules(next: PersistentVolumeClaim, old: PersistentVolumeClaim): Iterable<FieldError> {
  const { volumeAttributesClassName: name } = next.spec;
  if (name === old.spec.volumeAttributesClassName || old.status.currentVolumeAttributesClassName === undefined) return;
  if (name) return;
  const to = name === undefined ? 'nil' : 'empty string';
  const why = `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  yield forbiddenAt(spec.child('volumeAttributesClassName'), why);
}

const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort();

export function* claimStatusRules({ spec: claim, status }: PersistentVolumeClaim): Iterable<FieldError> {
  if (!claim.accessModes?.length) yield required(field('Spec', 'accessModes'));
  const at = field('status');
  for (const [name, amount] of Object.entries(status.capacity ?? {})) {
    yield* amountRules(amount, at.child('capacity').key(name));
  }
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    const here = at.child('allocatedResourceStatuses');
    yield* resourceNameRules(name, here);
    if (!resizeStatuses.includes(state)) yield notSupported(here, name, resizeStatuses);
  }
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {})) {
    const here = at.child('allocatedResources');
    const problems = [...resourceNameRules(name, here)];
    yield* problems;
    if (!problems.length) yield* amountRules(amount, here.key(name));
  }
}

function* amountRules(amount: string, at: Path): Iterable<FieldError> {
  const bytes = wrappedUnits(amount);
  if (bytes < 0n) yield invalid(at, bytes, 'must be a valid resource quantity');
}

function* resourceNameRules(name: string, at: Path): Iterable<FieldError> {
  const problems = qualifiedNameProblems(name);
  for (const p of problems) yield invalid(at, name, p);
  if (!problems.length && isNativeResource(name) && name !== 'storage') yield notSupported(at, name, ['storage']);
}
