import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { nameColumn } from '../meta/columns.ts';
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
  deprecated: 'v1 ComponentStatus is deprecated in v1.19+',
  schema: componentStatusShape,
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'Status of the component conditions',
      value: (cs) => words[healthOf(cs)?.status ?? ''] ?? 'Unknown',
    },
    {
      name: 'Message',
      type: 'string',
      description: 'Message of the component conditions',
      value: (cs) => healthOf(cs)?.message ?? '',
    },
    {
      name: 'Error',
      type: 'string',
      description: 'Error of the component conditions',
      value: (cs) => healthOf(cs)?.error ?? '',
    },
  ],
});

const words: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy', Unknown: 'Unhealthy' };

const healthOf = ({ conditions }: ComponentStatus): ComponentCondition | undefined =>
  conditions?.find(({ type }) => type === 'Healthy');
