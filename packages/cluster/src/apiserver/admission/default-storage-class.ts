import {
  isDefaultStorageClass,
  type PersistentVolumeClaim,
  persistentVolumeClaimSpec,
  storageClass,
  storageClassAnnotation,
} from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import type { ClusterObjects } from './cluster-objects.ts';
import { newestOf } from './newest-default.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Claims that name no class of storage get the default one, if there is any. */
export const defaultStorageClass = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'DefaultStorageClass',
  matches: { operations: ['CREATE'], resources: ['persistentvolumeclaims'] },
  admit({ object }) {
    const { metadata, spec } = object as PersistentVolumeClaim;
    if (spec.storageClassName !== undefined || metadata.annotations?.[storageClassAnnotation] !== undefined) return;
    const found = newestOf(objects.list(storageClass).filter(isDefaultStorageClass));
    if (found) setFields(persistentVolumeClaimSpec, spec, { storageClassName: found.metadata.name! });
  },
});
