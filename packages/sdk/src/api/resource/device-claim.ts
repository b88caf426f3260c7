import { s, type Struct } from '../../schema/index.ts';

const opaqueDeviceConfigurationShape = s.struct('io.k8s.api.resource.v1.OpaqueDeviceConfiguration', {
  driver: s.req(1, s.str()),
  parameters: s.req(2, s.any('io.k8s.apimachinery.pkg.runtime.RawExtension'), { nullable: true }),
});
export interface OpaqueDeviceConfiguration extends s.Out<typeof opaqueDeviceConfigurationShape> {}
export interface OpaqueDeviceConfigurationManifest extends s.In<typeof opaqueDeviceConfigurationShape> {}
export const opaqueDeviceConfiguration: Struct<OpaqueDeviceConfiguration, OpaqueDeviceConfigurationManifest> =
  opaqueDeviceConfigurationShape;

const celDeviceSelectorShape = s.struct('io.k8s.api.resource.v1.CELDeviceSelector', {
  expression: s.req(1, s.str()),
});
export interface CELDeviceSelector extends s.Out<typeof celDeviceSelectorShape> {}
export interface CELDeviceSelectorManifest extends s.In<typeof celDeviceSelectorShape> {}
export const celDeviceSelector: Struct<CELDeviceSelector, CELDeviceSelectorManifest> = celDeviceSelectorShape;

const deviceSelectorShape = s.struct('io.k8s.api.resource.v1.DeviceSelector', {
  cel: s.opt(1, celDeviceSelector),
});
export interface DeviceSelector extends s.Out<typeof deviceSelectorShape> {}
export interface DeviceSelectorManifest extends s.In<typeof deviceSelectorShape> {}
export const deviceSelector: Struct<DeviceSelector, DeviceSelectorManifest> = deviceSelectorShape;

const deviceClaimConfigurationShape = s.struct('io.k8s.api.resource.v1.DeviceClaimConfiguration', {
  requests: s.zero(1, s.list(s.str())),
  ...s.embed(2, 'DeviceConfiguration', { opaque: s.opt(1, opaqueDeviceConfiguration) }),
});
export interface DeviceClaimConfiguration extends s.Out<typeof deviceClaimConfigurationShape> {}
export interface DeviceClaimConfigurationManifest extends s.In<typeof deviceClaimConfigurationShape> {}
export const deviceClaimConfiguration: Struct<DeviceClaimConfiguration, DeviceClaimConfigurationManifest> =
  deviceClaimConfigurationShape;

const deviceConstraintShape = s.struct('io.k8s.api.resource.v1.DeviceConstraint', {
  requests: s.zero(1, s.list(s.str())),
  matchAttribute: s.opt(2, s.str()),
  distinctAttribute: s.opt(3, s.str()),
});
export interface DeviceConstraint extends s.Out<typeof deviceConstraintShape> {}
export interface DeviceConstraintManifest extends s.In<typeof deviceConstraintShape> {}
export const deviceConstraint: Struct<DeviceConstraint, DeviceConstraintManifest> = deviceConstraintShape;

const capacityRequirementsShape = s.struct('io.k8s.api.resource.v1.CapacityRequirements', {
  requests: s.zero(1, s.map(s.quantity())),
});
export interface CapacityRequirements extends s.Out<typeof capacityRequirementsShape> {}
export interface CapacityRequirementsManifest extends s.In<typeof capacityRequirementsShape> {}
export const capacityRequirements: Struct<CapacityRequirements, CapacityRequirementsManifest> =
  capacityRequirementsShape;

const deviceTolerationShape = s.struct('io.k8s.api.resource.v1.DeviceToleration', {
  key: s.zero(1, s.str()),
  operator: s.zero(2, s.oneOf('Equal', 'Exists'), { default: 'Equal' }),
  value: s.zero(3, s.str()),
  effect: s.zero(4, s.oneOf('NoExecute', 'NoSchedule', 'None')),
  tolerationSeconds: s.opt(5, s.int64()),
});
export interface DeviceToleration extends s.Out<typeof deviceTolerationShape> {}
export interface DeviceTolerationManifest extends s.In<typeof deviceTolerationShape> {}
export const deviceToleration: Struct<DeviceToleration, DeviceTolerationManifest> = deviceTolerationShape;

/** How many are asked for when nobody says. */
export const oneUnlessAll = ({ allocationMode }: Readonly<Record<string, unknown>>): number | undefined =>
  allocationMode === 'ExactCount' ? 1 : undefined;

const exactDeviceRequestShape = s.struct('io.k8s.api.resource.v1.ExactDeviceRequest', {
  deviceClassName: s.req(1, s.str()),
  selectors: s.zero(2, s.list(deviceSelector)),
  allocationMode: s.zero(3, s.oneOf('All', 'ExactCount'), { fill: 'ExactCount' }),
  count: s.zero(4, s.int64(), { fill: oneUnlessAll }),
  adminAccess: s.opt(5, s.bool()),
  tolerations: s.zero(6, s.list(deviceToleration)),
  capacity: s.opt(7, capacityRequirements),
});
export interface ExactDeviceRequest extends s.Out<typeof exactDeviceRequestShape> {}
export interface ExactDeviceRequestManifest extends s.In<typeof exactDeviceRequestShape> {}
export const exactDeviceRequest: Struct<ExactDeviceRequest, ExactDeviceRequestManifest> = exactDeviceRequestShape;

const deviceSubRequestShape = s.struct('io.k8s.api.resource.v1.DeviceSubRequest', {
  name: s.req(1, s.str()),
  deviceClassName: s.req(2, s.str()),
  selectors: s.zero(3, s.list(deviceSelector)),
  allocationMode: s.zero(4, s.oneOf('All', 'ExactCount'), { fill: 'ExactCount' }),
  count: s.zero(5, s.int64(), { fill: oneUnlessAll }),
  tolerations: s.zero(6, s.list(deviceToleration)),
  capacity: s.opt(7, capacityRequirements),
});
export interface DeviceSubRequest extends s.Out<typeof deviceSubRequestShape> {}
export interface DeviceSubRequestManifest extends s.In<typeof deviceSubRequestShape> {}
export const deviceSubRequest: Struct<DeviceSubRequest, DeviceSubRequestManifest> = deviceSubRequestShape;

const deviceRequestShape = s.struct('io.k8s.api.resource.v1.DeviceRequest', {
  name: s.req(1, s.str()),
  exactly: s.opt(2, exactDeviceRequest),
  firstAvailable: s.zero(3, s.list(deviceSubRequest)),
});
export interface DeviceRequest extends s.Out<typeof deviceRequestShape> {}
export interface DeviceRequestManifest extends s.In<typeof deviceRequestShape> {}
export const deviceRequest: Struct<DeviceRequest, DeviceRequestManifest> = deviceRequestShape;

const deviceClaimShape = s.struct('io.k8s.api.resource.v1.DeviceClaim', {
  requests: s.held(1, s.list(deviceRequest)),
  constraints: s.zero(2, s.list(deviceConstraint)),
  config: s.zero(3, s.list(deviceClaimConfiguration)),
});
export interface DeviceClaim extends s.Out<typeof deviceClaimShape> {}
export interface DeviceClaimManifest extends s.In<typeof deviceClaimShape> {}
export const deviceClaim: Struct<DeviceClaim, DeviceClaimManifest> = deviceClaimShape;

const deviceRequestAllocationResultShape = s.struct('io.k8s.api.resource.v1.DeviceRequestAllocationResult', {
  request: s.req(1, s.str()),
  driver: s.req(2, s.str()),
  pool: s.req(3, s.str()),
  device: s.req(4, s.str()),
  adminAccess: s.opt(5, s.bool()),
  tolerations: s.zero(6, s.list(deviceToleration)),
  bindingConditions: s.zero(7, s.list(s.str())),
  bindingFailureConditions: s.zero(8, s.list(s.str())),
  shareID: s.opt(9, s.str()),
  consumedCapacity: s.zero(10, s.map(s.quantity())),
});
export interface DeviceRequestAllocationResult extends s.Out<typeof deviceRequestAllocationResultShape> {}
export interface DeviceRequestAllocationResultManifest extends s.In<typeof deviceRequestAllocationResultShape> {}
export const deviceRequestAllocationResult: Struct<
  DeviceRequestAllocationResult,
  DeviceRequestAllocationResultManifest
> = deviceRequestAllocationResultShape;
