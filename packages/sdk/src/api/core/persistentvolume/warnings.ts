import { field } from '../../../machinery/index.ts';
import { nodeSelectorTermWarnings } from '../deprecated-node-labels.ts';
import { storageClassAnnotation } from '../volume-modes.ts';
import type { PersistentVolume } from './persistentvolume.ts';
import { mountOptionsAnnotation } from './rules.ts';
import type { PersistentVolumeSpec } from './volume-spec.ts';

const annotations: readonly [string, string][] = [
  [storageClassAnnotation, 'deprecated since v1.8; use "storageClassName" attribute instead'],
  [mountOptionsAnnotation, 'deprecated since v1.31; use "mountOptions" attribute instead'],
];

/** Sources that time has passed by, as upstream calls them, in the order in which they are told of. */
const outdated: readonly [keyof PersistentVolumeSpec, string, told?: string][] = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

export function* persistentVolumeWarnings({ metadata, spec }: PersistentVolume): Iterable<string> {
  for (const [key, why] of annotations) {
    if (metadata.annotations?.[key] !== undefined) yield `metadata.annotations[${key}]: ${why}`;
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    yield 'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
  }
  const at = field('spec', 'nodeAffinity', 'required', 'nodeSelectorTerms');
  for (const [i, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    yield* nodeSelectorTermWarnings(term, at.index(i), { checkValues: false });
  }
  for (const [source, why, told = source] of outdated) if (spec[source]) yield `spec.${told}: ${why}`;
}
