import { defineKind, type Kind, s } from '../../schema/index.ts';
import { objectReference } from './object-reference.ts';
import { objectMeta } from '../meta/object-meta.ts';

const bindingShape = s.struct('io.k8s.api.core.v1.Binding', {
  metadata: s.held(1, objectMeta),
  target: s.req(2, objectReference),
});
export interface Binding extends s.Out<typeof bindingShape> {
  apiVersion?: string;
  kind?: string;
}
export interface BindingManifest extends s.In<typeof bindingShape> {
  apiVersion?: string;
  kind?: string;
}
export const binding: Kind<Binding, BindingManifest> = defineKind<Binding, BindingManifest>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  verbs: ['create'],
  schema: bindingShape,
});
