import { addAll, type Path } from '../../../../machinery/index.ts';
import { isWhole } from '../validation/resources.ts';
import type { PersistentVolumeClaimSpec, Volume } from '../volume.ts';

/** Volume sources that time has passed by, in the order in which they are told of. */
const outdated: readonly [keyof Volume, string, field?: string][] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['ephemeral', ''],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

export function volumeWarnings(texts: string[], volumes: readonly Volume[], at: Path): void {
  for (const [i, volume] of volumes.entries()) {
    if (!isOutdated(volume)) continue;
    for (const [source, why, field = source] of outdated) {
      if (!volume[source]) continue;
      const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
      const here = at.index(i);
      if (source !== 'ephemeral') texts.push(`${String(here.child(field))}: ${why}`);
      else if (claim) addAll(texts, claimWarnings(claim, here.child('ephemeral', 'volumeClaimTemplate', 'spec')));
    }
  }
}

const outdatedNames: ReadonlySet<string> = new Set(outdated.map(([name]) => name));

function isOutdated(volume: Volume): boolean {
  for (const name in volume) if (outdatedNames.has(name)) return true;
  return false;
}

/** A claim's sizes are whole bytes. */
export function claimWarnings({ resources }: PersistentVolumeClaimSpec, at: Path): string[] {
  const texts: string[] = [];
  for (const list of ['requests', 'limits'] as const) {
    const storage = resources?.[list]?.['storage'];
    if (storage === undefined || isWhole(storage)) continue;
    const here = at.child('resources', list).key('storage');
    texts.push(`${String(here)}: fractional byte value ${JSON.stringify(storage)} is invalid, must be an integer`);
  }
  return texts;
}
