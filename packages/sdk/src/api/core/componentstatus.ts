import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const componentConditionShape = s.struct('io.k8s.api.core.v1.ComponentCondition', {
  type: s.req(1, s.str()),
  status: s.req(2, s.str()),
  message: s.zero(3, s.str()),
  error: s.zero(4, s.str()),
});
export interface ComponentCondition extends s.Out<typeof componentConditionShape> {}
export interface ComponentConditionManifest extends s.In<typeof componentConditionShape> {}
export const componentCondition: Struct<ComponentCondition, ComponentConditionManifest> = componentConditionShape;

const componentStatusShape = s.struct('io.k8s.api.core.v1.ComponentStatus', {
  metadata: s.held(1, objectMeta),
  conditions: s.zero(2, s.listByKey(componentCondition, ['type'], { patchKey: 'type' })),
});
export interface ComponentStatus extends s.Out<typeof componentStatusShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ComponentStatusManifest extends s.In<typeof componentStatusShape> {
  apiVersion?: string;
  kind?: string;
}
export const componentStatus: Kind<ComponentStatus, ComponentStatusManifest> = defineKind<
  ComponentStatus,
  ComponentStatusManifest
>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  scope: 'Cluster',
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  schema: componentStatusShape,
});
