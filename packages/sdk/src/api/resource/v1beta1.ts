/**
 * The first beta of the kinds of devices: what a request says of one kind of device stands in the request itself, and what a
 * device is stands below `basic`.
 */
import { copyNotes, type KubeObject } from '../../machinery/index.ts';
import { type AnyKind, convertedVersionOf, s, setFields, versionOf } from '../../schema/index.ts';
import { nodeSelector } from '../core/node-selector.ts';
import {
  capacityRequirements,
  type DeviceClaim,
  deviceRequest,
  type DeviceRequest,
  deviceSelector,
  deviceSubRequest,
  deviceToleration,
  oneUnlessAll,
} from './device-claim.ts';
import {
  device,
  type Device,
  deviceAttribute,
  deviceCapacity,
  deviceCounterConsumption,
  deviceTaint,
  nodeAllocatableResourceMapping,
} from './device.ts';
import { deviceClass } from './deviceclass.ts';
import { resourceClaim } from './resourceclaim.ts';
import { resourceClaimTemplate } from './resourceclaimtemplate.ts';
import { counterSet, resourcePool, resourceSlice, resourceSliceSpec } from './resourceslice.ts';

const of = (name: string): string => `io.k8s.api.resource.v1beta1.${name}`;
const retirement = { deprecated: '1.35', removed: '1.38' };

const subRequest = s.struct(of('DeviceSubRequest'), {
  name: s.req(1, s.str()),
  deviceClassName: s.req(2, s.str()),
  selectors: s.zero(3, s.list(deviceSelector)),
  allocationMode: s.zero(4, s.oneOf('All', 'ExactCount'), { fill: 'ExactCount' }),
  count: s.zero(5, s.int64(), { fill: oneUnlessAll }),
  tolerations: s.zero(7, s.list(deviceToleration)),
  capacity: s.opt(8, capacityRequirements),
});

/** A request for one of several says nothing of a device itself. */
const ifExact = <T>(fill: (parent: Readonly<Record<string, unknown>>) => T) => {
  return (parent: Readonly<Record<string, unknown>>): T | undefined =>
    parent['deviceClassName'] ? fill(parent) : undefined;
};

const request = s.struct(of('DeviceRequest'), {
  name: s.req(1, s.str()),
  deviceClassName: s.held(2, s.str()),
  selectors: s.zero(3, s.list(deviceSelector)),
  allocationMode: s.zero(4, s.oneOf('All', 'ExactCount'), { fill: ifExact(() => 'ExactCount' as const) }),
  count: s.zero(5, s.int64(), { fill: ifExact(oneUnlessAll) }),
  adminAccess: s.opt(6, s.bool()),
  firstAvailable: s.zero(7, s.list(deviceSubRequest)),
  tolerations: s.zero(8, s.list(deviceToleration)),
  capacity: s.opt(9, capacityRequirements),
});
type Request = s.Out<typeof request>;

const basicDevice = s.struct(of('BasicDevice'), {
  attributes: s.zero(1, s.map(deviceAttribute)),
  capacity: s.zero(2, s.map(deviceCapacity)),
  consumesCounters: s.zero(3, s.list(deviceCounterConsumption)),
  nodeName: s.opt(4, s.str()),
  nodeSelector: s.opt(5, nodeSelector),
  allNodes: s.opt(6, s.bool()),
  taints: s.zero(7, s.list(deviceTaint)),
  bindsToNode: s.opt(8, s.bool()),
  bindingConditions: s.zero(9, s.list(s.str())),
  bindingFailureConditions: s.zero(10, s.list(s.str())),
  allowMultipleAllocations: s.opt(11, s.bool()),
  nodeAllocatableResourceMappings: s.zero(12, s.map(nodeAllocatableResourceMapping)),
});

const namedDevice = s.struct(of('Device'), {
  name: s.req(1, s.str()),
  basic: s.opt(2, basicDevice),
});
type NamedDevice = s.Out<typeof namedDevice>;

const sliceSpec = s.struct(of('ResourceSliceSpec'), {
  driver: s.req(1, s.str()),
  pool: s.req(2, resourcePool),
  nodeName: s.zero(3, s.str()),
  nodeSelector: s.opt(4, nodeSelector),
  allNodes: s.zero(5, s.bool()),
  devices: s.zero(6, s.list(device)),
  perDeviceNodeSelection: s.opt(7, s.bool()),
  sharedCounters: s.zero(8, s.list(counterSet)),
});

const toDevice = ({ name, basic }: NamedDevice): Device => withNotes(basic, { name, ...basic });
function fromDevice(hub: Device): NamedDevice {
  const { name, ...basic } = hub;
  return { name, basic: withNotes(hub, basic) };
}

function toRequest({ name, firstAvailable, ...exactly }: Request): DeviceRequest {
  const isExact = Boolean(exactly.deviceClassName) || Object.keys(exactly).length > 1;
  const out: DeviceRequest = { name };
  setFields(deviceRequest, out, {
    exactly: isExact ? (exactly as DeviceRequest['exactly']) : undefined,
    firstAvailable,
  });
  return out;
}

function fromRequest({ name, exactly, firstAvailable }: DeviceRequest): Request {
  const out: Request = { name, deviceClassName: '' };
  setFields(request, out, { ...exactly, firstAvailable });
  return out;
}

type Requests = DeviceClaim['requests'];
const toRequests = (requests: Requests) => requests && (requests as unknown as Request[]).map(toRequest);
const fromRequests = (requests: Requests) => requests && requests.map(fromRequest);

/** What an object has at a path below it, replaced. */
function replaced(object: object, [name, ...below]: readonly string[], by: (value: never) => unknown): object {
  if (name === undefined) return by(object as never) as object;
  const members = object as Readonly<Record<string, object | null | undefined>>;
  const member = members[name];
  return member ? withNotes(object, { ...members, [name]: replaced(member, below, by) }) : object;
}

function withNotes<O extends object>(from: object | undefined, to: O): O {
  if (from) copyNotes(from, to);
  return to;
}

const at = (path: readonly string[], to: (value: never) => unknown, from: (value: never) => unknown) => ({
  toHub: (object: KubeObject) => replaced(object, path, to) as KubeObject,
  fromHub: (object: KubeObject) => replaced(object, path, from) as KubeObject,
});

const structsOfClaims = [
  [deviceRequest, request],
  [deviceSubRequest, subRequest],
] as const;

export const deviceClassV1Beta1 = versionOf(deviceClass, 'v1beta1', retirement);

export const resourceClaimV1Beta1: AnyKind = convertedVersionOf(resourceClaim, 'v1beta1', {
  ...retirement,
  structs: structsOfClaims,
  ...at(['spec', 'devices', 'requests'], toRequests, fromRequests),
});

export const resourceClaimTemplateV1Beta1: AnyKind = convertedVersionOf(resourceClaimTemplate, 'v1beta1', {
  ...retirement,
  structs: structsOfClaims,
  ...at(['spec', 'spec', 'devices', 'requests'], toRequests, fromRequests),
});

export const resourceSliceV1Beta1: AnyKind = convertedVersionOf(resourceSlice, 'v1beta1', {
  ...retirement,
  structs: [
    [device, namedDevice],
    [resourceSliceSpec, sliceSpec],
  ],
  ...at(
    ['spec', 'devices'],
    (devices: NamedDevice[]) => devices.map(toDevice),
    (devices: Device[]) => devices.map(fromDevice),
  ),
});
