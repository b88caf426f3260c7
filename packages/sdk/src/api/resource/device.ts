import { s, type Struct } from '../../schema/index.ts';
import { nodeSelector } from '../core/node-selector.ts';

const deviceAttributeShape = s.struct('io.k8s.api.resource.v1.DeviceAttribute', {
  int: s.opt(2, s.int64()),
  bool: s.opt(3, s.bool()),
  string: s.opt(4, s.str()),
  version: s.opt(5, s.str()),
  ints: s.zero(6, s.list(s.int64())),
  bools: s.zero(7, s.list(s.bool())),
  strings: s.zero(8, s.list(s.str())),
  versions: s.zero(9, s.list(s.str())),
});
export interface DeviceAttribute extends s.Out<typeof deviceAttributeShape> {}
export interface DeviceAttributeManifest extends s.In<typeof deviceAttributeShape> {}
export const deviceAttribute: Struct<DeviceAttribute, DeviceAttributeManifest> = deviceAttributeShape;

const capacityRequestPolicyRangeShape = s.struct('io.k8s.api.resource.v1.CapacityRequestPolicyRange', {
  min: s.needed(1, s.quantity()),
  max: s.opt(2, s.quantity()),
  step: s.opt(3, s.quantity()),
});
export interface CapacityRequestPolicyRange extends s.Out<typeof capacityRequestPolicyRangeShape> {}
export interface CapacityRequestPolicyRangeManifest extends s.In<typeof capacityRequestPolicyRangeShape> {}
export const capacityRequestPolicyRange: Struct<CapacityRequestPolicyRange, CapacityRequestPolicyRangeManifest> =
  capacityRequestPolicyRangeShape;

const capacityRequestPolicyShape = s.struct('io.k8s.api.resource.v1.CapacityRequestPolicy', {
  default: s.held(1, s.quantity(), { nullable: true }),
  validValues: s.zero(3, s.list(s.quantity())),
  validRange: s.opt(4, capacityRequestPolicyRange),
});
export interface CapacityRequestPolicy extends s.Out<typeof capacityRequestPolicyShape> {}
export interface CapacityRequestPolicyManifest extends s.In<typeof capacityRequestPolicyShape> {}
export const capacityRequestPolicy: Struct<CapacityRequestPolicy, CapacityRequestPolicyManifest> =
  capacityRequestPolicyShape;

const deviceCapacityShape = s.struct('io.k8s.api.resource.v1.DeviceCapacity', {
  value: s.req(1, s.quantity()),
  requestPolicy: s.opt(2, capacityRequestPolicy),
});
export interface DeviceCapacity extends s.Out<typeof deviceCapacityShape> {}
export interface DeviceCapacityManifest extends s.In<typeof deviceCapacityShape> {}
export const deviceCapacity: Struct<DeviceCapacity, DeviceCapacityManifest> = deviceCapacityShape;

const counterShape = s.struct('io.k8s.api.resource.v1.Counter', {
  value: s.req(1, s.quantity()),
});
export interface Counter extends s.Out<typeof counterShape> {}
export interface CounterManifest extends s.In<typeof counterShape> {}
export const counter: Struct<Counter, CounterManifest> = counterShape;

const deviceCounterConsumptionShape = s.struct('io.k8s.api.resource.v1.DeviceCounterConsumption', {
  counterSet: s.req(1, s.str()),
  counters: s.needed(2, s.map(counter)),
});
export interface DeviceCounterConsumption extends s.Out<typeof deviceCounterConsumptionShape> {}
export interface DeviceCounterConsumptionManifest extends s.In<typeof deviceCounterConsumptionShape> {}
export const deviceCounterConsumption: Struct<DeviceCounterConsumption, DeviceCounterConsumptionManifest> =
  deviceCounterConsumptionShape;

const nodeAllocatableResourceMappingShape = s.struct('io.k8s.api.resource.v1.NodeAllocatableResourceMapping', {
  capacityKey: s.opt(1, s.str()),
  allocationMultiplier: s.opt(2, s.quantity(), { fill: '1' }),
});
export interface NodeAllocatableResourceMapping extends s.Out<typeof nodeAllocatableResourceMappingShape> {}
export interface NodeAllocatableResourceMappingManifest extends s.In<typeof nodeAllocatableResourceMappingShape> {}
export const nodeAllocatableResourceMapping: Struct<
  NodeAllocatableResourceMapping,
  NodeAllocatableResourceMappingManifest
> = nodeAllocatableResourceMappingShape;

const deviceTaintShape = s.struct('io.k8s.api.resource.v1.DeviceTaint', {
  key: s.req(1, s.str()),
  value: s.zero(2, s.str()),
  effect: s.req(3, s.oneOf('NoExecute', 'NoSchedule', 'None')),
  timeAdded: s.opt(4, s.time()),
});
export interface DeviceTaint extends s.Out<typeof deviceTaintShape> {}
export interface DeviceTaintManifest extends s.In<typeof deviceTaintShape> {}
export const deviceTaint: Struct<DeviceTaint, DeviceTaintManifest> = deviceTaintShape;

const deviceShape = s.struct('io.k8s.api.resource.v1.Device', {
  name: s.req(1, s.str()),
  attributes: s.zero(2, s.map(deviceAttribute)),
  capacity: s.zero(3, s.map(deviceCapacity)),
  consumesCounters: s.zero(4, s.list(deviceCounterConsumption)),
  nodeName: s.opt(5, s.str()),
  nodeSelector: s.opt(6, nodeSelector),
  allNodes: s.opt(7, s.bool()),
  taints: s.zero(8, s.list(deviceTaint)),
  bindsToNode: s.opt(9, s.bool()),
  bindingConditions: s.zero(10, s.list(s.str())),
  bindingFailureConditions: s.zero(11, s.list(s.str())),
  allowMultipleAllocations: s.opt(12, s.bool()),
  nodeAllocatableResourceMappings: s.zero(13, s.map(nodeAllocatableResourceMapping)),
});
export interface Device extends s.Out<typeof deviceShape> {}
export interface DeviceManifest extends s.In<typeof deviceShape> {}
export const device: Struct<Device, DeviceManifest> = deviceShape;
