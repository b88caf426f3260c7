import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { conditionRules } from './condition-rules.ts';
import { flowSchemaRules } from './flowschema-rules.ts';
import { flowSchemaSpec } from './flowschema-spec.ts';

const flowSchemaConditionShape = s.struct('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', {
  type: s.zero(1, s.str()),
  status: s.zero(2, s.str()),
  lastTransitionTime: s.held(3, s.time(), { nullable: true }),
  reason: s.zero(4, s.str()),
  message: s.zero(5, s.str()),
});
export interface FlowSchemaCondition extends s.Out<typeof flowSchemaConditionShape> {}
export interface FlowSchemaConditionManifest extends s.In<typeof flowSchemaConditionShape> {}
export const flowSchemaCondition: Struct<FlowSchemaCondition, FlowSchemaConditionManifest> = flowSchemaConditionShape;

const flowSchemaStatusShape = s.struct('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', {
  conditions: s.zero(1, s.listByKey(flowSchemaCondition, ['type'], { patchKey: 'type' })),
});
export interface FlowSchemaStatus extends s.Out<typeof flowSchemaStatusShape> {}
export interface FlowSchemaStatusManifest extends s.In<typeof flowSchemaStatusShape> {}
export const flowSchemaStatus: Struct<FlowSchemaStatus, FlowSchemaStatusManifest> = flowSchemaStatusShape;

const flowSchemaShape = s.struct('io.k8s.api.flowcontrol.v1.FlowSchema', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, flowSchemaSpec),
  status: s.held(3, flowSchemaStatus),
});
export interface FlowSchema extends s.Out<typeof flowSchemaShape> {
  apiVersion?: string;
  kind?: string;
}
export interface FlowSchemaManifest extends s.In<typeof flowSchemaShape> {
  apiVersion?: string;
  kind?: string;
}
export const flowSchema: Kind<FlowSchema, FlowSchemaManifest> = defineKind<FlowSchema, FlowSchemaManifest>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  updateRules: ['metadata', 'object'],
  status: {
    updateRules: ['object'],
    prepareForUpdate: keepAllButStatus,
    validate: ({ status }) => conditionRules(status.conditions),
  },
  resetFields: statusOnlyResetFields,
  generation: true,
  schema: flowSchemaShape,

  validate: flowSchemaRules,
  columns: [
    nameColumn,
    {
      name: 'PriorityLevel',
      type: 'string',
      field: 'spec.priorityLevelConfiguration.name',
      value: ({ spec }) => spec.priorityLevelConfiguration.name,
    },
    {
      name: 'MatchingPrecedence',
      type: 'string',
      field: 'spec.matchingPrecedence',
      value: ({ spec }) => spec.matchingPrecedence,
    },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      field: 'spec.distinguisherMethod',
      value: ({ spec }) => spec.distinguisherMethod?.type ?? '<none>',
    },
    ageColumn,
    {
      name: 'MissingPL',
      type: 'string',
      description: 'references a broken or non-existent PriorityLevelConfiguration',
      value: ({ status }) => status.conditions?.find((c) => c.type === 'Dangling')?.status ?? '?',
    },
  ],
});
