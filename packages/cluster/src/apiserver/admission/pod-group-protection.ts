import { objectMeta } from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import type { AdmissionPlugin } from './plugin.ts';

const protection = 'scheduling.k8s.io/podgroup-protection';

/** A group outlives its pods: whoever sees the last of them go takes the finalizer away. */
export const podGroupProtection: AdmissionPlugin = {
  name: 'PodGroupProtection',
  matches: { operations: ['CREATE'], resources: ['podgroups'] },
  admit({ object }) {
    const { metadata } = object!;
    const { finalizers = [] } = metadata;
    if (!finalizers.includes(protection)) setFields(objectMeta, metadata, { finalizers: [...finalizers, protection] });
  },
};
