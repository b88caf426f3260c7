import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  equal,
  type FieldError,
  invalid,
  oneOfThese,
  type Path,
  positiveQuantity,
  present,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import { validateLabelSelector } from '../../meta/label-selector-rules.ts';
import type { PersistentVolumeClaimSpec } from '../pod/volume.ts';
import { accessModesRules, volumeModes } from '../volume-modes.ts';

/** What an object got away with when it was stored it may keep. */
export interface ClaimSpecRules {
  readonly allowInvalidValues?: boolean;
  readonly allowInvalidApiGroup?: boolean;
}

export function* validateClaimSpec(
  spec: PersistentVolumeClaimSpec,
  at: Path,
  rules: ClaimSpecRules = {},
): Iterable<FieldError> {
  yield* present(spec.accessModes, at.child('accessModes'), 'at least 1 access mode is required');
  yield* validateLabelSelector(spec.selector, at.child('selector'), rules);
  yield* accessModesRules(spec.accessModes ?? [], at.child('accessModes'));
  yield* validateStorageRequest(spec.resources?.requests?.['storage'], at.child('resources').key('storage'));
  yield* validateClassName(spec.storageClassName, at.child('storageClassName'));
  yield* oneOfThese(spec.volumeMode, volumeModes, at.child('volumeMode'));
  yield* validateDataSources(spec, at, rules);
  yield* validateClassName(spec.volumeAttributesClassName, at.child('volumeAttributesClassName'));
}

function* validateStorageRequest(storage: string | undefined, at: Path): Iterable<FieldError> {
  if (storage === undefined) yield required(at);
  else yield* positiveQuantity(storage, at);
}

function* validateClassName(name: string | undefined, at: Path): Iterable<FieldError> {
  if (name) yield* problemsAt(dnsSubdomainProblems(name), name, at);
}

function* validateDataSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  at: Path,
  rules: ClaimSpecRules,
): Iterable<FieldError> {
  if (dataSource) yield* validateDataSource(dataSource, at.child('dataSource'), rules);
  if (dataSourceRef) yield* validateDataSource(dataSourceRef, at.child('dataSourceRef'), rules);
  if (!dataSource || !dataSourceRef) return;
  // Upstream tells the path of the field where its value belongs, and that path as JSON is empty.
  if (dataSourceRef.namespace) yield invalid(at, {}, 'may not be specified when dataSourceRef.namespace is specified');
  else {
    const { apiGroup, kind, name } = dataSourceRef;
    if (!equal(dataSource, { apiGroup, kind, name })) yield invalid(at, {}, 'must match dataSourceRef');
  }
}

interface DataSource {
  readonly apiGroup?: string | null;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

function* validateDataSource(
  { apiGroup, kind, name, namespace }: DataSource,
  at: Path,
  { allowInvalidApiGroup = false }: ClaimSpecRules,
): Iterable<FieldError> {
  yield* present(name, at.child('name'));
  yield* present(kind, at.child('kind'));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    yield invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (apiGroup && !allowInvalidApiGroup)
    yield* problemsAt(dnsSubdomainProblems(apiGroup), apiGroup, at.child('apiGroup'));
  if (namespace) yield* problemsAt(dnsLabelProblems(namespace), namespace, at.child('namespace'));
}
