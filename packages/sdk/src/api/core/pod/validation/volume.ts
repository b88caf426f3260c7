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
import { isSourceName, legacySourceRules, sourceAlias, type SourceName, sourceNames } from './volume-source.ts';
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

export function validateVolumes(
  errors: FieldError[],
  volumes: readonly Volume[],
  at: Path,
  context: VolumeContext,
): void {
  const { good, metadata } = context;
  const podName = metadata?.name;
  for (const [i, volume] of volumes.entries()) {
    const here = at.index(i);
    const before = errors.length;
    validateVolume(errors, volume, here, context);
    if (errors.length === before) good.set(volume.name, volume);
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName === undefined || !podName) continue;
    if (volumes.some((v) => v.ephemeral && `${podName}-${v.name}` === claimName)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(here.child('persistentVolumeClaim', 'claimName'), claimName, why));
    }
  }
}

function validateVolume(errors: FieldError[], volume: Volume, at: Path, context: VolumeContext): void {
  validateSource(errors, volume, at, context);
  validateVolumeName(errors, volume.name, context.good, at.child('name'));
}

function validateVolumeName(errors: FieldError[], name: string, good: GoodVolumes, at: Path): void {
  if (!name) errors.push(required(at));
  else errors.push(...problemsAt(dnsLabelProblems(name), name, at));
  if (good.has(name)) errors.push(duplicate(at, name));
}

function validateSource(errors: FieldError[], volume: Volume, at: Path, context: VolumeContext): void {
  let sources = 0;
  for (const name of sourcesOf(volume)) {
    if (sources > 0)
      errors.push(forbiddenAt(at.child(sourceAlias[name]?.refused ?? name), 'may not specify more than 1 volume type'));
    else validateOneSource(errors, name, volume, at, context);
    sources++;
    if (name === 'iscsi') validateIscsiNameLength(errors, volume, at);
  }
  if (sources === 0) errors.push(required(at, 'must specify a volume type'));
}

/** Those that a volume has, in upstream's order. */
function sourcesOf(volume: Volume): readonly SourceName[] {
  const found: SourceName[] = [];
  for (const name in volume) if (isSourceName(name) && volume[name]) found.push(name);
  return found.length < 2 ? found : sourceNames.filter((name) => found.includes(name));
}

function validateOneSource(
  errors: FieldError[],
  name: SourceName,
  volume: Volume,
  at: Path,
  { rules, metadata }: VolumeContext,
): void {
  const here = at.child(sourceAlias[name]?.checked ?? name);
  if (name === 'emptyDir') {
    const { sizeLimit } = volume.emptyDir!;
    if (sizeLimit !== undefined && parseQuantity(sizeLimit).nano < 0n) {
      errors.push(forbiddenAt(here.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
    }
  } else if (name === 'projected') {
    validateProjectedVolume(errors, volume.projected!, here, rules);
  } else if (name === 'ephemeral') {
    const template = volume.ephemeral!.volumeClaimTemplate;
    if (!template) errors.push(required(here.child('volumeClaimTemplate')));
    else validateClaimTemplate(errors, template, here.child('volumeClaimTemplate'));
    validateClaimName(errors, volume.name, metadata?.name, at.child('name'));
  } else if (name === 'image') {
    const { reference, pullPolicy } = volume.image!;
    if (rules.isPod && !reference) errors.push(required(here.child('reference')));
    errors.push(...validatePullPolicy(pullPolicy, here.child('pullPolicy')));
  } else legacySourceRules[name](errors, volume[name] as never, here);
}

/** An ephemeral volume's claim is called after the pod and the volume. */
function validateClaimName(errors: FieldError[], volumeName: string, podName: string | undefined, at: Path): void {
  if (!podName || !volumeName) return;
  const claim = `${podName}-${volumeName}`;
  for (const p of dnsSubdomainProblems(claim))
    errors.push(invalid(at, volumeName, `PVC name ${JSON.stringify(claim)}: ${p}`));
}

function validateIscsiNameLength(errors: FieldError[], { name, iscsi }: Volume, at: Path): void {
  if (iscsi?.initiatorName !== undefined && `${name}:${iscsi.targetPortal}`.length > 64) {
    errors.push(
      invalid(
        at.child('name'),
        name,
        'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
      ),
    );
  }
}
