import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { conditionRules } from './condition-rules.ts';
import { priorityLevelRules } from './prioritylevel-rules.ts';
import { priorityLevelConfigurationSpec, type PriorityLevelConfigurationSpec } from './prioritylevel-spec.ts';

const priorityLevelConfigurationConditionShape = s.struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
  {
    type: s.zero(1, s.str()),
    status: s.zero(2, s.str()),
    lastTransitionTime: s.held(3, s.time(), { nullable: true }),
    reason: s.zero(4, s.str()),
    message: s.zero(5, s.str()),
  },
);
export interface PriorityLevelConfigurationCondition extends s.Out<typeof priorityLevelConfigurationConditionShape> {}
export interface PriorityLevelConfigurationConditionManifest extends s.In<
  typeof priorityLevelConfigurationConditionShape
> {}
export const priorityLevelConfigurationCondition: Struct<
  PriorityLevelConfigurationCondition,
  PriorityLevelConfigurationConditionManifest
> = priorityLevelConfigurationConditionShape;

const priorityLevelConfigurationStatusShape = s.struct('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: s.zero(1, s.listByKey(priorityLevelConfigurationCondition, ['type'], { patchKey: 'type' })),
});
export interface PriorityLevelConfigurationStatus extends s.Out<typeof priorityLevelConfigurationStatusShape> {}
export interface PriorityLevelConfigurationStatusManifest extends s.In<typeof priorityLevelConfigurationStatusShape> {}
export const priorityLevelConfigurationStatus: Struct<
  PriorityLevelConfigurationStatus,
  PriorityLevelConfigurationStatusManifest
> = priorityLevelConfigurationStatusShape;

const priorityLevelConfigurationShape = s.struct('io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration', {
  metadata: s.held(1, objectMeta),
  spec: s.held(2, priorityLevelConfigurationSpec),
  status: s.held(3, priorityLevelConfigurationStatus),
});
export interface PriorityLevelConfiguration extends s.Out<typeof priorityLevelConfigurationShape> {
  apiVersion?: string;
  kind?: string;
}
export interface PriorityLevelConfigurationManifest extends s.In<typeof priorityLevelConfigurationShape> {
  apiVersion?: string;
  kind?: string;
}
export const priorityLevelConfiguration: Kind<PriorityLevelConfiguration, PriorityLevelConfigurationManifest> =
  defineKind<PriorityLevelConfiguration, PriorityLevelConfigurationManifest>({
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    kind: 'PriorityLevelConfiguration',
    plural: 'prioritylevelconfigurations',
    scope: 'Cluster',
    updateRules: ['metadata', 'object'],
    status: {
      updateRules: ['object'],
      prepareForUpdate: keepAllButStatus,
      validate: ({ status }) => conditionRules(status.conditions),
    },
    resetFields: statusOnlyResetFields,
    generation: true,
    schema: priorityLevelConfigurationShape,

    validate: priorityLevelRules,
    columns: [
      nameColumn,
      { name: 'Type', type: 'string', field: 'spec.type', value: ({ spec }) => spec.type },
      {
        name: 'NominalConcurrencyShares',
        type: 'string',
        field: 'spec.limited.nominalConcurrencyShares',
        value: ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>',
      },
      {
        name: 'Queues',
        type: 'string',
        field: 'spec.limited.limitResponse.queuing.queues',
        value: ({ spec }) => queuingOf(spec)?.queues ?? '<none>',
      },
      {
        name: 'HandSize',
        type: 'string',
        field: 'spec.limited.limitResponse.queuing.handSize',
        value: ({ spec }) => queuingOf(spec)?.handSize ?? '<none>',
      },
      {
        name: 'QueueLengthLimit',
        type: 'string',
        field: 'spec.limited.limitResponse.queuing.queueLengthLimit',
        value: ({ spec }) => queuingOf(spec)?.queueLengthLimit ?? '<none>',
      },
      ageColumn,
    ],
  });

const queuingOf = ({ limited }: PriorityLevelConfigurationSpec) => limited?.limitResponse.queuing;
