import { timestamp } from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields, type Struct, versionOf } from '../../schema/index.ts';
import { nodeSelector } from '../core/node-selector.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { dropShut, type GatedMembers, gatedMembers } from '../meta/gated-members.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { counter, device, deviceTaint } from './device.ts';
import { resourceSliceRules } from './validation/resourceslice.ts';

const resourcePoolShape = s.struct('io.k8s.api.resource.v1.ResourcePool', {
  name: s.req(1, s.str()),
  generation: s.req(2, s.int64()),
  resourceSliceCount: s.req(3, s.int64()),
});
export interface ResourcePool extends s.Out<typeof resourcePoolShape> {}
export interface ResourcePoolManifest extends s.In<typeof resourcePoolShape> {}
export const resourcePool: Struct<ResourcePool, ResourcePoolManifest> = resourcePoolShape;

const counterSetShape = s.struct('io.k8s.api.resource.v1.CounterSet', {
  name: s.req(1, s.str()),
  counters: s.needed(2, s.map(counter)),
});
export interface CounterSet extends s.Out<typeof counterSetShape> {}
export interface CounterSetManifest extends s.In<typeof counterSetShape> {}
export const counterSet: Struct<CounterSet, CounterSetManifest> = counterSetShape;

const resourceSliceSpecShape = s.struct('io.k8s.api.resource.v1.ResourceSliceSpec', {
  driver: s.req(1, s.str()),
  pool: s.req(2, resourcePool),
  nodeName: s.opt(3, s.str()),
  nodeSelector: s.opt(4, nodeSelector),
  allNodes: s.opt(5, s.bool()),
  devices: s.zero(6, s.list(device)),
  perDeviceNodeSelection: s.opt(7, s.bool()),
  sharedCounters: s.zero(8, s.list(counterSet)),
});
export interface ResourceSliceSpec extends s.Out<typeof resourceSliceSpecShape> {}
export interface ResourceSliceSpecManifest extends s.In<typeof resourceSliceSpecShape> {}
export const resourceSliceSpec: Struct<ResourceSliceSpec, ResourceSliceSpecManifest> = resourceSliceSpecShape;

const resourceSliceShape = s.struct('io.k8s.api.resource.v1.ResourceSlice', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, resourceSliceSpec),
});
export interface ResourceSlice extends s.Out<typeof resourceSliceShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ResourceSliceManifest extends s.In<typeof resourceSliceShape> {
  apiVersion?: string;
  kind?: string;
}
export const resourceSlice: Kind<ResourceSlice, ResourceSliceManifest> = defineKind<
  ResourceSlice,
  ResourceSliceManifest
>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  returnsDeleted: true,
  unknownField: (name) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${name}`,
  generation: true,
  fieldSelectors: { 'spec.driver': ({ spec }) => spec.driver, 'spec.nodeName': ({ spec }) => spec.nodeName ?? '' },
  schema: resourceSliceShape,

  prepareForCreate(slice, { now, gates }) {
    dropShut(gated, slice, { gates });
    stampTaints(slice, now);
  },
  prepareForUpdate(next, old, { now, gates }) {
    dropShut(gated, next, { old, gates });
    stampTaints(next, now);
  },
  validate: resourceSliceRules,
  columns: [
    nameColumn,
    { name: 'Node', type: 'string', field: 'spec.nodeName', value: ({ spec }) => spec.nodeName ?? '' },
    { name: 'Driver', type: 'string', field: 'spec.driver', value: ({ spec }) => spec.driver },
    { name: 'Pool', type: 'string', field: 'spec.pool.name', value: ({ spec }) => spec.pool.name },
    ageColumn,
  ],
});

const inDevices = (...paths: string[]) => paths.map((path) => `spec.devices.*.${path}`);

const gated: readonly GatedMembers<ResourceSlice>[] = [
  gatedMembers('DRADeviceTaints', ['spec.devices.*.taints']),
  gatedMembers('DRAPartitionableDevices', [
    'spec.sharedCounters',
    'spec.perDeviceNodeSelection',
    ...inDevices('consumesCounters', 'nodeName', 'nodeSelector', 'allNodes'),
  ]),
  gatedMembers(
    ['DRADeviceBindingConditions', 'DRAResourceClaimDeviceStatus'],
    inDevices('bindingConditions', 'bindingFailureConditions', 'bindsToNode'),
  ),
  gatedMembers('DRAConsumableCapacity', inDevices('allowMultipleAllocations', 'capacity.*.requestPolicy')),
  gatedMembers('DRANodeAllocatableResources', inDevices('nodeAllocatableResourceMappings')),
  gatedMembers(
    'DRAListTypeAttributes',
    inDevices('attributes.*.ints', 'attributes.*.bools', 'attributes.*.strings', 'attributes.*.versions'),
  ),
];

function stampTaints({ spec }: ResourceSlice, now: number): void {
  for (const taint of (spec.devices ?? []).flatMap((d) => d.taints ?? [])) {
    setFields(deviceTaint, taint, { timeAdded: taint.timeAdded ?? timestamp(now) });
  }
}

export const resourceSliceV1Beta2 = versionOf(resourceSlice, 'v1beta2', { deprecated: '1.36', removed: '1.39' });
