import {
  type Ingress,
  ingressClass,
  ingressClassAnnotation,
  ingressSpec,
  isDefaultIngressClass,
} from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import type { ClusterObjects } from './cluster-objects.ts';
import { newestOf } from './newest-default.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Ingresses that name no class, in their spec or in the older annotation, get the default one. */
export const defaultIngressClass = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'DefaultIngressClass',
  matches: { operations: ['CREATE'], resources: ['ingresses'] },
  admit({ object }) {
    const { metadata, spec } = object as Ingress;
    if (spec.ingressClassName !== undefined || metadata.annotations?.[ingressClassAnnotation] !== undefined) return;
    const found = newestOf(objects.list(ingressClass).filter(isDefaultIngressClass));
    if (found) setFields(ingressSpec, spec, { ingressClassName: found.metadata.name! });
  },
});
