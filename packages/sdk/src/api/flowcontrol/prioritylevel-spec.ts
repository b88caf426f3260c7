import { s, type Struct } from '../../schema/index.ts';

const exemptPriorityLevelConfigurationShape = s.struct('io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: s.opt(1, s.int32(), { fill: 0 }),
  lendablePercent: s.opt(2, s.int32(), { fill: 0 }),
});
export interface ExemptPriorityLevelConfiguration extends s.Out<typeof exemptPriorityLevelConfigurationShape> {}
export interface ExemptPriorityLevelConfigurationManifest extends s.In<typeof exemptPriorityLevelConfigurationShape> {}
export const exemptPriorityLevelConfiguration: Struct<
  ExemptPriorityLevelConfiguration,
  ExemptPriorityLevelConfigurationManifest
> = exemptPriorityLevelConfigurationShape;

const queuingConfigurationShape = s.struct(
  'io.k8s.api.flowcontrol.v1.QueuingConfiguration',
  {
    queues: s.held(1, s.int32()),
    handSize: s.held(2, s.int32()),
    queueLengthLimit: s.held(3, s.int32()),
  },
  {
    fill(queuing) {
      queuing['queues'] ||= 64;
      queuing['handSize'] ||= 8;
      queuing['queueLengthLimit'] ||= 50;
    },
  },
);
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
  nominalConcurrencyShares: s.held(1, s.int32(), { nullable: true, fill: 30 }),
  limitResponse: s.held(2, limitResponse),
  lendablePercent: s.opt(3, s.int32(), { fill: 0 }),
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
