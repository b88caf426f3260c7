import { field, immutable } from '../../machinery/index.ts';
import { defineKind, internalValue, type Kind, s, setFields, type Struct, versionOf } from '../../schema/index.ts';
import { nodeSelector } from '../core/node-selector.ts';
import { condition } from '../meta/condition.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { keepAllButStatus, statusOnlyResetFields } from '../meta/status-only.ts';
import { deviceClaim, deviceRequestAllocationResult, opaqueDeviceConfiguration } from './device-claim.ts';
import { dropGatedClaimSpec, dropGatedClaimStatus } from './gated-claim-members.ts';
import { claimStatusRules, deviceKey } from './validation/claim-status.ts';
import { deviceClaimRules } from './validation/device-claim.ts';

const resourceClaimSpecShape = s.struct('io.k8s.api.resource.v1.ResourceClaimSpec', {
  devices: s.held(1, deviceClaim),
});
export interface ResourceClaimSpec extends s.Out<typeof resourceClaimSpecShape> {}
export interface ResourceClaimSpecManifest extends s.In<typeof resourceClaimSpecShape> {}
export const resourceClaimSpec: Struct<ResourceClaimSpec, ResourceClaimSpecManifest> = resourceClaimSpecShape;

const deviceAllocationConfigurationShape = s.struct('io.k8s.api.resource.v1.DeviceAllocationConfiguration', {
  source: s.req(1, s.oneOf('FromClaim', 'FromClass')),
  requests: s.zero(2, s.list(s.str())),
  ...s.embed(3, 'DeviceConfiguration', { opaque: s.opt(1, opaqueDeviceConfiguration) }),
});
export interface DeviceAllocationConfiguration extends s.Out<typeof deviceAllocationConfigurationShape> {}
export interface DeviceAllocationConfigurationManifest extends s.In<typeof deviceAllocationConfigurationShape> {}
export const deviceAllocationConfiguration: Struct<
  DeviceAllocationConfiguration,
  DeviceAllocationConfigurationManifest
> = deviceAllocationConfigurationShape;

const deviceAllocationResultShape = s.struct('io.k8s.api.resource.v1.DeviceAllocationResult', {
  results: s.zero(1, s.list(deviceRequestAllocationResult)),
  config: s.zero(2, s.list(deviceAllocationConfiguration)),
});
export interface DeviceAllocationResult extends s.Out<typeof deviceAllocationResultShape> {}
export interface DeviceAllocationResultManifest extends s.In<typeof deviceAllocationResultShape> {}
export const deviceAllocationResult: Struct<DeviceAllocationResult, DeviceAllocationResultManifest> =
  deviceAllocationResultShape;

const allocationResultShape = s.struct('io.k8s.api.resource.v1.AllocationResult', {
  devices: s.held(1, deviceAllocationResult),
  nodeSelector: s.opt(3, nodeSelector),
  allocationTimestamp: s.opt(5, s.time()),
});
export interface AllocationResult extends s.Out<typeof allocationResultShape> {}
export interface AllocationResultManifest extends s.In<typeof allocationResultShape> {}
export const allocationResult: Struct<AllocationResult, AllocationResultManifest> = allocationResultShape;

const networkDeviceDataShape = s.struct('io.k8s.api.resource.v1.NetworkDeviceData', {
  interfaceName: s.zero(1, s.str()),
  ips: s.zero(2, s.list(s.str())),
  hardwareAddress: s.zero(3, s.str()),
});
export interface NetworkDeviceData extends s.Out<typeof networkDeviceDataShape> {}
export interface NetworkDeviceDataManifest extends s.In<typeof networkDeviceDataShape> {}
export const networkDeviceData: Struct<NetworkDeviceData, NetworkDeviceDataManifest> = networkDeviceDataShape;

const allocatedDeviceStatusShape = s.struct('io.k8s.api.resource.v1.AllocatedDeviceStatus', {
  driver: s.req(1, s.str()),
  pool: s.req(2, s.str()),
  device: s.req(3, s.str()),
  shareID: s.opt(7, s.str()),
  conditions: s.held(4, s.listByKey(condition, ['type'])),
  data: s.opt(5, s.any('io.k8s.apimachinery.pkg.runtime.RawExtension')),
  networkData: s.opt(6, networkDeviceData),
});
export interface AllocatedDeviceStatus extends s.Out<typeof allocatedDeviceStatusShape> {}
export interface AllocatedDeviceStatusManifest extends s.In<typeof allocatedDeviceStatusShape> {}
export const allocatedDeviceStatus: Struct<AllocatedDeviceStatus, AllocatedDeviceStatusManifest> =
  allocatedDeviceStatusShape;

const resourceClaimConsumerReferenceShape = s.struct('io.k8s.api.resource.v1.ResourceClaimConsumerReference', {
  apiGroup: s.zero(1, s.str()),
  resource: s.req(3, s.str()),
  name: s.req(4, s.str()),
  uid: s.req(5, s.str()),
});
export interface ResourceClaimConsumerReference extends s.Out<typeof resourceClaimConsumerReferenceShape> {}
export interface ResourceClaimConsumerReferenceManifest extends s.In<typeof resourceClaimConsumerReferenceShape> {}
export const resourceClaimConsumerReference: Struct<
  ResourceClaimConsumerReference,
  ResourceClaimConsumerReferenceManifest
> = resourceClaimConsumerReferenceShape;

const resourceClaimStatusShape = s.struct('io.k8s.api.resource.v1.ResourceClaimStatus', {
  allocation: s.opt(1, allocationResult),
  reservedFor: s.zero(2, s.listByKey(resourceClaimConsumerReference, ['uid'], { patchKey: 'uid' })),
  devices: s.zero(4, s.listByKey(allocatedDeviceStatus, ['driver', 'device', 'pool', 'shareID'])),
});
export interface ResourceClaimStatus extends s.Out<typeof resourceClaimStatusShape> {}
export interface ResourceClaimStatusManifest extends s.In<typeof resourceClaimStatusShape> {}
export const resourceClaimStatus: Struct<ResourceClaimStatus, ResourceClaimStatusManifest> = resourceClaimStatusShape;

const resourceClaimShape = s.struct('io.k8s.api.resource.v1.ResourceClaim', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, resourceClaimSpec),
  status: s.held(3, resourceClaimStatus),
});
export interface ResourceClaim extends s.Out<typeof resourceClaimShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ResourceClaimManifest extends s.In<typeof resourceClaimShape> {
  apiVersion?: string;
  kind?: string;
}
export const resourceClaim: Kind<ResourceClaim, ResourceClaimManifest> = defineKind<
  ResourceClaim,
  ResourceClaimManifest
>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  updateRules: ['metadata', 'object', 'metadataChange', 'change'],
  returnsDeleted: true,
  status: {
    prepareForUpdate(next, old, { gates }) {
      keepAllButStatus(next, old);
      dropGatedClaimStatus(next, { old, gates });
      dropDeallocated(next, old);
    },
    updateRules: ['metadataChange', 'object', 'change'],
    validate: claimStatusRules,
    *validateChange({ status: { allocation } }, { status: { allocation: before } }) {
      if (!allocation || !before) return;
      const [is, was] = [allocation, before].map((a) => internalValue(allocationResult, a));
      yield* immutable(is, was, field('status', 'allocation'));
    },
  },
  resetFields: statusOnlyResetFields,
  schema: resourceClaimShape,

  prepareForCreate: ({ spec }, { gates }) => dropGatedClaimSpec(spec, { gates }),
  prepareForUpdate: ({ spec }, old, { gates }) => dropGatedClaimSpec(spec, { old: old.spec, gates }),
  // What can't be changed isn't looked at again.
  validate: ({ spec }, old, { gates } = {}) =>
    old ? [] : deviceClaimRules(spec.devices, field('spec', 'devices'), gates),
  *validateChange({ spec }, old) {
    yield* immutable(internalValue(resourceClaimSpec, spec), internalValue(resourceClaimSpec, old.spec), field('spec'));
  },
  columns: [
    nameColumn,
    {
      name: 'State',
      type: 'string',
      description: 'A summary of the current state (allocated, pending, reserved, etc.).',
      value: stateText,
    },
    ageColumn,
  ],
});

/** What drivers say of devices goes with the devices. */
function dropDeallocated({ status }: ResourceClaim, { status: before }: ResourceClaim): void {
  const kept = new Set((status.allocation?.devices.results ?? []).map(deviceKey));
  const gone = new Set((before.allocation?.devices.results ?? []).map(deviceKey).filter((key) => !kept.has(key)));
  const devices = status.devices?.filter((device) => !gone.has(deviceKey(device)));
  setFields(resourceClaimStatus, status, { devices: devices?.length ? devices : undefined });
}

function stateText({ metadata, status }: ResourceClaim): string {
  const deleted = metadata.deletionTimestamp ? ['deleted'] : [];
  if (!status.allocation) return deleted[0] ?? 'pending';
  return [...deleted, 'allocated', ...(status.reservedFor?.length ? ['reserved'] : [])].join(',');
}

export const resourceClaimV1Beta2 = versionOf(resourceClaim, 'v1beta2', { deprecated: '1.36', removed: '1.39' });
