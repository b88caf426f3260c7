import { type Before, dropShut, type GatedMembers, gatedMembers } from '../meta/gated-members.ts';
import type { ResourceClaim, ResourceClaimSpec } from './resourceclaim.ts';

/** What belongs to features that are off is dropped from what is asked for. Changes the spec. */
export const dropGatedClaimSpec = (spec: ResourceClaimSpec, before: Before<ResourceClaimSpec>): void =>
  dropShut(specMembers, spec, before);

/** The same of what was allocated. Changes the claim's status. */
export const dropGatedClaimStatus = (claim: ResourceClaim, before: Before<ResourceClaim>): void =>
  dropShut(statusMembers, claim, before);

const inRequests = (name: string) => [
  `devices.requests.*.exactly.${name}`,
  `devices.requests.*.firstAvailable.*.${name}`,
];
const inResults = (...names: string[]) => names.map((name) => `status.allocation.devices.results.*.${name}`);

const consumed = ['devices.constraints.*.distinctAttribute', ...inRequests('capacity')];

const specMembers: readonly GatedMembers<ResourceClaimSpec>[] = [
  gatedMembers('DRAPrioritizedList', ['devices.requests.*.firstAvailable']),
  gatedMembers('DRADeviceTaints', inRequests('tolerations')),
  gatedMembers('DRAConsumableCapacity', consumed),
];

const shares = [...inResults('shareID', 'consumedCapacity'), 'status.devices.*.shareID'];

const statusMembers: readonly GatedMembers<ResourceClaim>[] = [
  gatedMembers('DRAResourceClaimDeviceStatus', ['status.devices']),
  // Who may ask for shares may be told of them.
  gatedMembers('DRAConsumableCapacity', shares, { inUse: [...shares, ...consumed.map((path) => `spec.${path}`)] }),
  gatedMembers('DRADeviceBindingConditions', inResults('bindingConditions', 'bindingFailureConditions')),
];
