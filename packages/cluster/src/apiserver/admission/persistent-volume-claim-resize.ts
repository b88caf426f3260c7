import { type PersistentVolumeClaim, storageClass, storageClassAnnotation } from '@tiphys/sdk/api';
import { compareQuantity } from '@tiphys/sdk/machinery';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refuse } from './refuse.ts';

/** A claim grows only when it has a volume and the class it came from lets volumes grow. */
export const persistentVolumeClaimResize = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'PersistentVolumeClaimResize',
  matches: { operations: ['UPDATE'], resources: ['persistentvolumeclaims'] },
  validate(a) {
    const [next, old] = [a.object as PersistentVolumeClaim, a.oldObject as PersistentVolumeClaim];
    if (compareQuantity(sizeOf(next), sizeOf(old)) <= 0) return;
    if (old.status.phase !== 'Bound') throw refuse(a, 'Only bound persistent volume claims can be expanded');
    const name = classOf(next);
    const found = name && name === classOf(old) ? objects.find(storageClass, '', name) : undefined;
    if (found?.allowVolumeExpansion) return;
    throw refuse(
      a,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
});

const sizeOf = ({ spec }: PersistentVolumeClaim): string => spec.resources.requests?.['storage'] ?? '0';
const classOf = ({ metadata, spec }: PersistentVolumeClaim): string | undefined =>
  metadata.annotations?.[storageClassAnnotation] ?? spec.storageClassName;
