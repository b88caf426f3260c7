import {
  canonicalIp,
  dnsLabelProblems,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  type Path,
  problemsAt,
  required,
  tooLong,
  tooMany,
} from '../../../machinery/index.ts';
import { validateNodeSelector } from '../../core/node-selector-rules.ts';
import { validateConditions } from '../../meta/condition-rules.ts';
import type { DeviceRequestAllocationResult } from '../device-claim.ts';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from '../resourceclaim.ts';
import { bindingRules } from './binding-conditions.ts';
import {
  configRules,
  jsonObjectRules,
  mostConfigs,
  mostRequests,
  requestNamesOf,
  type RequestNames,
  requestRefRules,
  requestRefsRules,
} from './device-claim.ts';
import { driverRules, listRules, poolRules } from './names.ts';

const mostConsumers = 256;
const mostConditions = 8;
const mostIps = 16;
const longestInterface = 256;
const longestHardwareAddress = 128;
const at = field('status');

export function* claimStatusRules(claim: ResourceClaim, old: ResourceClaim): Iterable<FieldError> {
  const { allocation, reservedFor = [], devices } = claim.status;
  yield* listRules(reservedFor, at.child('reservedFor'), {
    most: mostConsumers,
    each: consumerRules,
    key: (c) => c.uid,
  });
  const allocated = new Set((allocation?.devices.results ?? []).map(deviceKey));
  yield* listRules(devices, at.child('devices'), {
    each: (device, here) => deviceStatusRules(device, here, allocated),
    key: deviceKey,
    shown: ({ driver, pool, device, shareID = '' }) => ({
      Driver: driver,
      Pool: pool,
      Device: device,
      ShareID: shareID,
    }),
  });
  yield* reservationRules(claim, old);
  // What can't be changed isn't looked at again.
  if (!allocation || old.status.allocation) return;
  yield* allocationRules(allocation, at.child('allocation'), requestNamesOf(claim.spec.devices));
}

interface DeviceId {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string;
}

/** A device, or the share of one, as upstream writes it. */
export const deviceKey = ({ driver, pool, device, shareID }: DeviceId): string =>
  [driver, pool, device, ...(shareID === undefined ? [] : [shareID])].join('/');

function* consumerRules(ref: ResourceClaimConsumerReference, here: Path): Iterable<FieldError> {
  for (const name of ['resource', 'name', 'uid'] as const) if (!ref[name]) yield required(here.child(name));
}

function* reservationRules({ metadata, status }: ResourceClaim, old: ResourceClaim): Iterable<FieldError> {
  const { reservedFor = [] } = status;
  const here = at.child('reservedFor');
  if (!reservedFor.length) return;
  if (!status.allocation) yield forbiddenAt(here, 'may not be specified when `allocated` is not set');
  else if (metadata.deletionTimestamp) {
    const before = old.status.reservedFor ?? [];
    if (reservedFor.every((r) => before.some((b) => equal(r, b)))) return;
    const when = 'while `deallocationRequested` or `deletionTimestamp` are set';
    yield forbiddenAt(here, `new entries may not be added ${when}`);
  }
}

function* allocationRules(
  { devices, nodeSelector }: AllocationResult,
  here: Path,
  names: RequestNames,
): Iterable<FieldError> {
  yield* listRules(devices.results, here.child('devices', 'results'), {
    most: mostRequests,
    each: (r, p) => resultRules(r, p, names),
  });
  yield* listRules(devices.config, here.child('devices', 'config'), {
    most: 2 * mostConfigs,
    each: (c, p) => allocatedConfigRules(c, p, names),
  });
  if (nodeSelector) {
    yield* validateNodeSelector(nodeSelector, here.child('nodeSelector'), { allowInvalidValues: false });
  }
}

function* resultRules(result: DeviceRequestAllocationResult, here: Path, names: RequestNames): Iterable<FieldError> {
  yield* requestRefRules(result.request, here.child('request'), names);
  yield* driverRules(result.driver, here.child('driver'));
  yield* poolRules(result.pool, here.child('pool'));
  yield* problemsAt(dnsLabelProblems(result.device), result.device, here.child('device'));
  yield* bindingRules(result, here);
  yield* shareRules(result.shareID, here.child('shareID'));
}

function* allocatedConfigRules(
  { source, requests, opaque }: DeviceAllocationConfiguration,
  here: Path,
  names: RequestNames,
): Iterable<FieldError> {
  if (!source) yield required(here.child('source'));
  else if (!['FromClaim', 'FromClass'].includes(source)) {
    yield notSupported(here.child('source'), source, ['FromClaim', 'FromClass']);
  }
  yield* requestRefsRules(requests, here.child('requests'), names);
  yield* configRules(opaque, here);
}

function* shareRules(id: string | undefined, here: Path): Iterable<FieldError> {
  if (id === undefined || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return;
  const bare = id.replace(/^urn:uuid:|^\{(.*)\}$/gi, '$1');
  if (/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(bare)) {
    const form = '`xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
    yield invalid(here, id, `uid must be in RFC 4122 normalized form, ${form}`);
    return;
  }
  const why = id.length === 36 ? 'invalid UUID format' : `invalid UUID length: ${id.length}`;
  yield invalid(here, id, `error validating uid: ${why}`);
}

function* deviceStatusRules(
  device: AllocatedDeviceStatus,
  here: Path,
  allocated: ReadonlySet<string>,
): Iterable<FieldError> {
  yield* driverRules(device.driver, here.child('driver'));
  yield* poolRules(device.pool, here.child('pool'));
  yield* problemsAt(dnsLabelProblems(device.device), device.device, here.child('device'));
  yield* shareRules(device.shareID, here.child('shareID'));
  if (!allocated.has(deviceKey(device))) {
    const { driver: Driver, pool: Pool, device: Device, shareID: ShareID = '' } = device;
    yield invalid(here, { Driver, Pool, Device, ShareID }, 'must be an allocated device in the claim');
  }
  const conditions = device.conditions ?? [];
  if (conditions.length > mostConditions) yield tooMany(here.child('conditions'), conditions.length, mostConditions);
  yield* validateConditions(conditions, here.child('conditions'));
  if (device.data !== undefined) yield* jsonObjectRules(device.data, here.child('data'));
  yield* networkRules(device.networkData, here.child('networkData'));
}

function* networkRules(data: NetworkDeviceData | undefined, here: Path): Iterable<FieldError> {
  const { interfaceName = '', hardwareAddress = '', ips } = data ?? {};
  if (Buffer.byteLength(interfaceName) > longestInterface) {
    yield tooLong(here.child('interfaceName'), longestInterface);
  }
  if (Buffer.byteLength(hardwareAddress) > longestHardwareAddress) {
    yield tooLong(here.child('hardwareAddress'), longestHardwareAddress);
  }
  yield* listRules(ips, here.child('ips'), { most: mostIps, each: interfaceAddressRules, key: (ip) => ip });
}

/** An address together with the length of its network's prefix. */
function* interfaceAddressRules(text: string, here: Path): Iterable<FieldError> {
  const [, address = '', prefix = ''] = /^(.*)\/(\d+)$/.exec(text) ?? [];
  const canonical = canonicalIp(address);
  if (canonical === undefined || Number(prefix) > (canonical.includes(':') ? 128 : 32)) {
    yield invalid(here, text, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)');
  } else if (`${canonical}/${Number(prefix)}` !== text) {
    yield invalid(here, text, `must be in canonical form ("${canonical}/${Number(prefix)}")`);
  }
}
