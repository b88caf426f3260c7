import { compareQuantity, unitValue } from '../../../machinery/index.ts';
import type { PersistentVolumeClaim } from '../persistentvolumeclaim/persistentvolumeclaim.ts';
import { type QuotaCounter, selectsName } from './counter.ts';

const names = ['persistentvolumeclaims', 'requests.storage'];
const ofClass = '.storageclass.storage.k8s.io/';
const betaClass = 'volume.beta.kubernetes.io/storage-class';

export const claimCounter: QuotaCounter = {
  concerns: (name) =>
    name === 'count/persistentvolumeclaims' || names.includes(name) || names.some((n) => name.endsWith(ofClass + n)),

  usage(object) {
    const claim = object as PersistentVolumeClaim;
    const { annotations } = claim.metadata;
    const storageClass = annotations?.[betaClass] ?? claim.spec.storageClassName ?? '';
    const storage = storageOf(claim);
    const counted: Record<string, string> = {
      persistentvolumeclaims: '1',
      ...(storage !== undefined && { 'requests.storage': storage }),
    };
    const classed = storageClass
      ? Object.entries(counted).map(([name, amount]) => [storageClass + ofClass + name, amount])
      : [];
    return { 'count/persistentvolumeclaims': '1', ...counted, ...Object.fromEntries(classed) };
  },

  inScope: (object, selector) =>
    selector.scopeName === 'VolumeAttributesClass' && selectsName(selector, classesOf(object as PersistentVolumeClaim)),
};

/** What it asks for, or what it was given when that is more; in whole bytes. */
function storageOf({ spec, status }: PersistentVolumeClaim): string | undefined {
  const asked = spec.resources?.requests?.['storage'];
  if (asked === undefined) return undefined;
  const given = status?.allocatedResources?.['storage'];
  const counted = given !== undefined && compareQuantity(given, asked) > 0 ? given : asked;
  const bytes = String(unitValue(counted));
  return compareQuantity(bytes, counted) === 0 ? counted : bytes;
}

function classesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const all = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(all.flatMap((name) => name || []))];
}
