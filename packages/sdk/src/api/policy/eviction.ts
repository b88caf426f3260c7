import { defineKind, type Kind, s } from '../../schema/index.ts';
import { deleteOptions } from '../meta/delete-options.ts';
import { objectMeta } from '../meta/object-meta.ts';

const evictionShape = s.struct('io.k8s.api.policy.v1.Eviction', {
  metadata: s.held(1, objectMeta),
  deleteOptions: s.opt(2, deleteOptions),
});
export interface Eviction extends s.Out<typeof evictionShape> {
  apiVersion?: string;
  kind?: string;
}
export interface EvictionManifest extends s.In<typeof evictionShape> {
  apiVersion?: string;
  kind?: string;
}
export const eviction: Kind<Eviction, EvictionManifest> = defineKind<Eviction, EvictionManifest>({
  group: 'policy',
  version: 'v1',
  alsoRead: ['policy/v1beta1'],
  kind: 'Eviction',
  plural: 'evictions',
  scope: 'Namespaced',
  verbs: [],
  schema: evictionShape,
});
