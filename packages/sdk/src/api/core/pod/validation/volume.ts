import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  duplicate,
  type FieldError,
  forbiddenAt,
  invalid,
  type ObjectMeta,
  parseQuantity,
  type Path,
  problemsAt,
  required,
} from '../../../../machinery/index.ts';
import type { Volume } from '../volume.ts';
import { validateClaimTemplate } from './claim-template.ts';
import { validateProjectedVolume } from './projected.ts';
import type { PodRules } from './rules.ts';
import { legacySourceRules, sourceAlias, type SourceName, sourceNames } from './volume-source.ts';
import { validatePullPolicy } from './container.ts';

/** The volumes of a pod that containers may mount: those with nothing wrong about them. */
export type GoodVolumes = ReadonlyMap<string, Volume>;

export interface VolumeContext {
  readonly rules: PodRules;
  /** The pod's own metadata; a template has none. */
  readonly metadata: ObjectMeta | undefined;
  /** Takes the good ones as they are found. */
  readonly good: Map<string, Volume>;
}

export function* validateVolumes(volumes: readonly Volume[], at: Path, context: VolumeContext): Iterable<FieldError> {
  const { good, metadata } = context;
  const podName = metadata?.name;
  for (const [i, volume] of volumes.entries()) {
    const here = at.index(i);
    let isGood = true;
    for (const error of validateVolume(volume, here, context)) {
      isGood = false;
      yield error;
    }
    if (isGood) good.set(volume.name, volume);
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName === undefined || !podName) continue;
    if (volumes.some((v) => v.ephemeral && `${podName}-${v.name}` === claimName)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume';
      yield invalid(here.child('persistentVolumeClaim', 'claimName'), claimName, why);
    }
  }
}

function* validateVolume(volume: Volume, at: Path, context: VolumeContext): Iterable<FieldError> {
  yield* validateSource(volume, at, context);
  yield* validateVolumeName(volume.name, context.good, at.child('name'));
}

function* validateVolumeName(name: string, good: GoodVolumes, at: Path): Iterable<FieldError> {
  if (!name) yield required(at);
  else yield* problemsAt(dnsLabelProblems(name), name, at);
  if (good.has(name)) yield duplicate(at, name);
}

function* validateSource(volume: Volume, at: Path, context: VolumeContext): Iterable<FieldError> {
  let sources = 0;
  for (const name of sourceNames) {
    if (!volume[name]) continue;
    if (sources > 0)
      yield forbiddenAt(at.child(sourceAlias[name]?.refused ?? name), 'may not specify more than 1 volume type');
    else yield* validateOneSource(name, volume, at, context);
    sources++;
    if (name === 'iscsi') yield* validateIscsiNameLength(volume, at);
  }
  if (sources === 0) yield required(at, 'must specify a volume type');
}

function* validateOneSource(
  name: SourceName,
  volume: Volume,
  at: Path,
  { rules, metadata }: VolumeContext,
): Iterable<FieldError> {
  const here = at.child(sourceAlias[name]?.checked ?? name);
  if (name === 'emptyDir') {
    const { sizeLimit } = volume.emptyDir!;
    if (sizeLimit !== undefined && parseQuantity(sizeLimit).nano < 0n) {
      yield forbiddenAt(here.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity');
    }
  } else if (name === 'projected') {
    yield* validateProjectedVolume(volume.projected!, here, rules);
  } else if (name === 'ephemeral') {
    const template = volume.ephemeral!.volumeClaimTemplate;
    if (!template) yield required(here.child('volumeClaimTemplate'));
    else yield* validateClaimTemplate(template, here.child('volumeClaimTemplate'));
    yield* validateClaimName(volume.name, metadata?.name, at.child('name'));
  } else if (name === 'image') {
    const { reference, pullPolicy } = volume.image!;
    if (rules.isPod && !reference) yield required(here.child('reference'));
    yield* validatePullPolicy(pullPolicy, here.child('pullPolicy'));
  } else yield* legacySourceRules[name](volume[name] as never, here);
}

/** An ephemeral volume's claim is called after the pod and the volume. */
function* validateClaimName(volumeName: string, podName: string | undefined, at: Path): Iterable<FieldError> {
  if (!podName || !volumeName) return;
  const claim = `${podName}-${volumeName}`;
  for (const p of dnsSubdomainProblems(claim)) yield invalid(at, volumeName, `PVC name ${JSON.stringify(claim)}: ${p}`);
}

function* validateIscsiNameLength({ name, iscsi }: Volume, at: Path): Iterable<FieldError> {
  if (iscsi?.initiatorName !== undefined && `${name}:${iscsi.targetPortal}`.length > 64) {
    yield invalid(
      at.child('name'),
      name,
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
    );
  }
}
