import { posix } from 'node:path';
import {
  asGiven,
  deepCopy,
  dnsSubdomainProblems,
  equal,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  invalid,
  notSupported,
  oneOfThese,
  type Path,
  positiveQuantity,
  problemsAt,
  required,
  typedString,
  unifiedDiff,
  wrappedUnits,
} from '../../../machinery/index.ts';
import { type Gates, internalValue, type RuleGates } from '../../../schema/index.ts';
import { isOpen } from '../../meta/field-gates.ts';
import { replacedLabel } from '../deprecated-node-labels.ts';
import { hasInvalidValue, validateNodeSelector } from '../node-selector-rules.ts';
import { accessModesRules, volumeModes } from '../volume-modes.ts';
import type { PersistentVolume } from './persistentvolume.ts';
import { type SourceName, volumeSourceRules, volumeSources } from './sources.ts';
import { persistentVolumeSpec, type PersistentVolumeSpec, type VolumeNodeAffinity } from './volume-spec.ts';

const spec = field('spec');

export function* persistentVolumeRules(
  next: PersistentVolume,
  old: PersistentVolume | undefined,
): Iterable<FieldError> {
  const context = {
    name: next.metadata.name ?? '',
    allowInvalidValues: hasInvalidValue(old?.spec.nodeAffinity?.required),
  };
  yield* persistentVolumeSpecRules(next.spec, spec, context);
  yield* mountOptionsRules(next);
}

export const persistentVolumeChangeRules = (
  next: PersistentVolume,
  old: PersistentVolume,
  { gates }: RuleGates = {},
): Iterable<FieldError> => updateRules(next.spec, old.spec, gates);

interface SpecContext {
  /** Of the volume, which a few sources go by. */
  readonly name?: string;
  /** Inside of an attachment rather than a volume of its own: only what a driver needs may be said. */
  readonly inline?: boolean;
  readonly allowInvalidValues?: boolean;
}

export function* persistentVolumeSpecRules(
  volume: PersistentVolumeSpec,
  at: Path,
  { name = '', inline = false, allowInvalidValues = false }: SpecContext,
): Iterable<FieldError> {
  const { accessModes = [], nodeAffinity, volumeMode, storageClassName } = volume;
  if (inline) yield* inlineRules(volume, at);
  if (!accessModes.length) yield required(at.child('accessModes'));
  yield* accessModesRules(accessModes, at.child('accessModes'));
  if (!inline) yield* capacityRules(asGiven(volume, 'capacity'), at.child('capacity'));
  yield* reclaimPolicyRules(volume, at.child('persistentVolumeReclaimPolicy'), inline);
  if (nodeAffinity && inline) yield forbiddenAt(at.child('nodeAffinity'), notInline);
  else if (nodeAffinity?.required) {
    yield* validateNodeSelector(nodeAffinity.required, at.child('nodeAffinity', 'required'), { allowInvalidValues });
  } else if (nodeAffinity) {
    yield required(at.child('nodeAffinity', 'required'), 'must specify required node constraints');
  }
  yield* sourcesRules(volume, at, { name, hasAffinity: Boolean(nodeAffinity) && !inline });
  if (
    volume.hostPath &&
    posix.normalize(volume.hostPath.path) === '/' &&
    volume.persistentVolumeReclaimPolicy === 'Recycle'
  ) {
    const why = "may not be 'recycle' for a hostPath mount of '/'";
    yield forbiddenAt(at.child('persistentVolumeReclaimPolicy'), why);
  }
  if (storageClassName && inline) yield forbiddenAt(at.child('storageClassName'), notInline);
  else if (storageClassName) {
    yield* problemsAt(dnsSubdomainProblems(storageClassName), storageClassName, at.child('storageClassName'));
  }
  if (!inline) yield* oneOfThese(volumeMode, volumeModes, at.child('volumeMode'));
  else if (volumeMode !== undefined && volumeMode !== 'Filesystem') {
    const why = `may not specify volumeMode other than Filesystem in the context of inline volumes`;
    yield forbiddenAt(at.child('volumeMode'), why);
  }
  if (!inline) yield* attributesClassRules(volume, at);
}

const notInline = 'may not be specified in the context of inline volumes';

function* inlineRules({ claimRef, capacity, csi }: PersistentVolumeSpec, at: Path): Iterable<FieldError> {
  if (claimRef) yield forbiddenAt(at.child('claimRef'), notInline);
  if (Object.keys(capacity ?? {}).length) yield forbiddenAt(at.child('capacity'), notInline);
  if (!csi) yield required(at.child('csi'), 'has to be specified in the context of inline volumes');
}

function* capacityRules(capacity: PersistentVolumeSpec['capacity'], at: Path): Iterable<FieldError> {
  const names = Object.keys(capacity ?? {});
  if (!names.length) yield required(at);
  if (names.length !== 1 || names[0] !== 'storage') yield notSupported(at, capacity, ['storage']);
  for (const name of names) {
    const amount = capacity![name]!;
    const bytes = wrappedUnits(amount);
    if (bytes < 0n) yield invalid(at.key(name), bytes, 'must be a valid resource quantity');
    yield* positiveQuantity(amount, at.key(name));
  }
}

function* reclaimPolicyRules(
  { persistentVolumeReclaimPolicy: policy }: PersistentVolumeSpec,
  at: Path,
  inline: boolean,
): Iterable<FieldError> {
  if (!policy) return;
  if (!inline) yield* oneOfThese(policy, ['Delete', 'Recycle', 'Retain'], at);
  else if (policy !== 'Retain') yield forbiddenAt(at, 'may only be Retain in the context of inline volumes');
}

function* sourcesRules(
  volume: PersistentVolumeSpec,
  at: Path,
  { name, hasAffinity }: { name: string; hasAffinity: boolean },
): Iterable<FieldError> {
  let sources = 0;
  for (const source of volumeSources) {
    if (!volume[source]) continue;
    // A flexible volume is never one too many.
    if (sources && source !== 'flexVolume') {
      yield forbiddenAt(at.child(source === 'cephfs' ? 'cephFS' : source), 'may not specify more than 1 volume type');
      continue;
    }
    sources++;
    const here = at.child(source === 'gcePersistentDisk' ? 'persistentDisk' : source);
    yield* errorsOf<[never, Path, string]>(volumeSourceRules[source], volume[source] as never, here, name);
    if (source === 'local' && !hasAffinity) {
      yield required(at.child('nodeAffinity'), 'Local volume requires node affinity');
    }
  }
  if (!sources) yield required(at, 'must specify a volume type');
}

function* attributesClassRules(
  { volumeAttributesClassName: name, csi }: PersistentVolumeSpec,
  at: Path,
): Iterable<FieldError> {
  if (name === undefined) return;
  const here = at.child('volumeAttributesClassName');
  if (!name) yield required(here, 'an empty string is disallowed');
  else yield* problemsAt(dnsSubdomainProblems(name), name, here);
  if (!csi) yield required(at.child('csi'), 'has to be specified when using volumeAttributesClassName');
}

export const mountOptionsAnnotation = 'volume.beta.kubernetes.io/mount-options';

/** What is mounted with options that an annotation says. */
const mountedWithOptions: readonly SourceName[] = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
];

function* mountOptionsRules({ metadata, spec: volume }: PersistentVolume): Iterable<FieldError> {
  if (metadata.annotations?.[mountOptionsAnnotation] === undefined || mountedWithOptions.some((s) => volume[s])) return;
  const at = field('metadata', 'annotations', mountOptionsAnnotation);
  yield forbiddenAt(at, 'may not specify mount options for this volume type');
}

function* updateRules(
  next: PersistentVolumeSpec,
  old: PersistentVolumeSpec,
  gates: Gates | undefined,
): Iterable<FieldError> {
  const [now, before] = [sourceOf(next, old), sourceOf(old)];
  if (!equal(now, before)) {
    const why = 'spec.persistentvolumesource is immutable after creation';
    yield forbiddenAt(spec.child('persistentvolumesource'), `${why}\n${unifiedDiff(before, now)}`);
  }
  const mode = next.volumeMode && typedString(next.volumeMode);
  if (next.volumeMode !== old.volumeMode) yield* immutable(mode, undefined, field('volumeMode'));
  const kept = isOpen(gates, 'MutablePVNodeAffinity') ? undefined : old.nodeAffinity;
  if (kept && !equal(next.nodeAffinity, withNewLabels(kept, next.nodeAffinity))) {
    yield invalid(
      field('nodeAffinity'),
      (internalValue(persistentVolumeSpec, next) as { NodeAffinity: unknown }).NodeAffinity,
      'field is immutable, except for updating from beta label to GA',
    );
  }
  if (old.volumeAttributesClassName !== undefined && next.volumeAttributesClassName === undefined) {
    yield forbiddenAt(spec.child('volumeAttributesClassName'), 'update from non-nil value to nil is forbidden');
  }
}

/** The old affinity with those keys renewed that the next one has under the label that replaced them. */
function withNewLabels(old: VolumeNodeAffinity, next: VolumeNodeAffinity | undefined): VolumeNodeAffinity {
  const renewed = deepCopy(old);
  for (const [i, term] of (renewed.required?.nodeSelectorTerms ?? []).entries()) {
    const now = next?.required?.nodeSelectorTerms?.[i];
    for (const list of ['matchExpressions', 'matchFields'] as const) {
      for (const [j, requirement] of (term[list] ?? []).entries()) {
        const key = now?.[list]?.[j]?.key;
        // Upstream takes a key without a successor for one that was replaced by nothing.
        if (key === (replacedLabel(requirement.key) ?? '')) requirement.key = key;
      }
    }
  }
  return renewed;
}

/** Where a volume is, alone. A secret for expansion may be added later. */
function sourceOf(volume: PersistentVolumeSpec, old?: PersistentVolumeSpec): unknown {
  const source: Record<string, unknown> = {};
  for (const name of volumeSources) source[name] = volume[name];
  if (volume.csi && old?.csi && !old.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _, ...rest } = volume.csi;
    source['csi'] = rest;
  }
  return source;
}
