import { objectMeta } from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import type { AdmissionPlugin } from './plugin.ts';

/** What keeps them, by resource, until nobody uses them any more. */
const protections: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

/** Volumes, claims and classes of attributes outlive their use: whoever sees that it is over takes the finalizer away. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  matches: { operations: ['CREATE'], resources: Object.keys(protections) },
  admit({ object, resource }) {
    const { metadata } = object!;
    const { finalizers = [] } = metadata;
    const protection = protections[resource]!;
    if (!finalizers.includes(protection)) setFields(objectMeta, metadata, { finalizers: [...finalizers, protection] });
  },
};
