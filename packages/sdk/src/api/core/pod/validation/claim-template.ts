import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  equal,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  oneOfThese,
  parseQuantity,
  type Path,
  present,
  problemsAt,
  required,
} from '../../../../machinery/index.ts';
import { validateLabelSelector } from '../../../meta/label-selector-rules.ts';
import { validateTemplateMetadata } from '../../../meta/template-metadata.ts';
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate } from '../volume.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** A claim that a pod brings along. */
export function* validateClaimTemplate(template: PersistentVolumeClaimTemplate, at: Path): Iterable<FieldError> {
  const { metadata, spec } = template;
  yield* validateTemplateMetadata(metadata, at.child('metadata'));
  yield* validateClaimSpec(spec, at.child('spec'));
}

export function* validateClaimSpec(spec: PersistentVolumeClaimSpec, at: Path): Iterable<FieldError> {
  yield* present(spec.accessModes, at.child('accessModes'), 'at least 1 access mode is required');
  yield* validateLabelSelector(spec.selector, at.child('selector'));
  yield* validateAccessModes(spec.accessModes ?? [], at.child('accessModes'));
  yield* validateStorageRequest(spec.resources?.requests?.['storage'], at.child('resources').key('storage'));
  yield* validateClassName(spec.storageClassName, at.child('storageClassName'));
  yield* oneOfThese(spec.volumeMode, ['Block', 'Filesystem'], at.child('volumeMode'));
  yield* validateDataSources(spec, at);
  yield* validateClassName(spec.volumeAttributesClassName, at.child('volumeAttributesClassName'));
}

function* validateAccessModes(modes: readonly string[], at: Path): Iterable<FieldError> {
  for (const mode of modes) if (!accessModes.includes(mode)) yield notSupported(at, mode, accessModes);
  const good = modes.filter((m) => accessModes.includes(m));
  if (good.includes('ReadWriteOncePod') && good.some((m) => m !== 'ReadWriteOncePod')) {
    yield forbiddenAt(at, 'may not use ReadWriteOncePod with other access modes');
  }
}

function* validateStorageRequest(storage: string | undefined, at: Path): Iterable<FieldError> {
  if (storage === undefined) yield required(at);
  else if (parseQuantity(storage).nano <= 0n) yield invalid(at, storage, 'must be greater than zero');
}

function* validateClassName(name: string | undefined, at: Path): Iterable<FieldError> {
  if (name) yield* problemsAt(dnsSubdomainProblems(name), name, at);
}

function* validateDataSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  at: Path,
): Iterable<FieldError> {
  if (dataSource) yield* validateDataSource(dataSource, at.child('dataSource'));
  if (dataSourceRef) yield* validateDataSource(dataSourceRef, at.child('dataSourceRef'));
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

function* validateDataSource({ apiGroup, kind, name, namespace }: DataSource, at: Path): Iterable<FieldError> {
  yield* present(name, at.child('name'));
  yield* present(kind, at.child('kind'));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    yield invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (apiGroup) yield* problemsAt(dnsSubdomainProblems(apiGroup), apiGroup, at.child('apiGroup'));
  if (namespace) yield* problemsAt(dnsLabelProblems(namespace), namespace, at.child('namespace'));
}
