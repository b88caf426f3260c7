import { defineKind, type Kind, s, type Struct } from '../../schema/index.ts';
import { objectMeta } from '../meta/object-meta.ts';

const exemptPriorityLevelConfigurationShape = s.struct('io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: s.opt(1, s.int32()),
  lendablePercent: s.opt(2, s.int32()),
});
export interface ExemptPriorityLevelConfiguration extends s.Out<typeof exemptPriorityLevelConfigurationShape> {}
export interface ExemptPriorityLevelConfigurationManifest extends s.In<typeof exemptPriorityLevelConfigurationShape> {}
export const exemptPriorityLevelConfiguration: Struct<
  ExemptPriorityLevelConfiguration,
  ExemptPriorityLevelConfigurationManifest
> = exemptPriorityLevelConfigurationShape;

const queuingConfigurationShape = s.struct('io.k8s.api.flowcontrol.v1.QueuingConfiguration', {
  queues: s.held(1, s.int32()),
  handSize: s.held(2, s.int32()),
  queueLengthLimit: s.held(3, s.int32()),
});
export interface QueuingConfiguration extends s.Out<typeof queuingConfigurationShape> {}
export interface QueuingConfigurationManifest extends s.In<typeof queuingConfigurationShape> {}
export const queuingConfiguration: Struct<QueuingConfiguration, QueuingConfigurationManifest> =
  queuingConfigurationShape;

const limitResponseShape = s.struct(
  'io.k8s.api.flowcontrol.v1.LimitResponse',
  {
    type: s.req(1, s.str()),
    queuing: s.opt(2, queuingConfiguration),
  },
  { unions: [{ discriminator: 'type', members: { queuing: 'Queuing' } }] },
);
export interface LimitResponse extends s.Out<typeof limitResponseShape> {}
export interface LimitResponseManifest extends s.In<typeof limitResponseShape> {}
export const limitResponse: Struct<LimitResponse, LimitResponseManifest> = limitResponseShape;

const limitedPriorityLevelConfigurationShape = s.struct('io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: s.held(1, s.int32(), { nullable: true }),
  limitResponse: s.held(2, limitResponse),
  lendablePercent: s.opt(3, s.int32()),
  borrowingLimitPercent: s.opt(4, s.int32()),
});
export interface LimitedPriorityLevelConfiguration extends s.Out<typeof limitedPriorityLevelConfigurationShape> {}
export interface LimitedPriorityLevelConfigurationManifest extends s.In<
  typeof limitedPriorityLevelConfigurationShape
> {}
export const limitedPriorityLevelConfiguration: Struct<
  LimitedPriorityLevelConfiguration,
  LimitedPriorityLevelConfigurationManifest
> = limitedPriorityLevelConfigurationShape;

const priorityLevelConfigurationSpecShape = s.struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
  {
    type: s.req(1, s.str()),
    limited: s.opt(2, limitedPriorityLevelConfiguration),
    exempt: s.opt(3, exemptPriorityLevelConfiguration),
  },
  { unions: [{ discriminator: 'type', members: { exempt: 'Exempt', limited: 'Limited' } }] },
);
export interface PriorityLevelConfigurationSpec extends s.Out<typeof priorityLevelConfigurationSpecShape> {}
export interface PriorityLevelConfigurationSpecManifest extends s.In<typeof priorityLevelConfigurationSpecShape> {}
export const priorityLevelConfigurationSpec: Struct<
  PriorityLevelConfigurationSpec,
  PriorityLevelConfigurationSpecManifest
> = priorityLevelConfigurationSpecShape;

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
    status: true,
    generation: true,
    schema: priorityLevelConfigurationShape,
  });
