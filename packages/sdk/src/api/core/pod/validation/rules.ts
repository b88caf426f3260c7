import type { ObjectMeta } from '../../../../machinery/index.ts';
import type { Gates } from '../../../../schema/index.ts';
import { type AddressRules, addressRules } from '../../../meta/address-rules.ts';
import { isOpen, standardGates } from '../../../meta/field-gates.ts';
import type { PodSpec } from '../pod-spec.ts';
import { deletionCostProblem } from './annotations.ts';
import { hasInvalidAffinitySelector, hasInvalidNodeAffinityValue } from './affinity.ts';
import { allContainers, isSidecar } from '../containers-of.ts';
import { readsFileKeys } from './env.ts';
import { hasNonLocalTokenPath } from './projected.ts';
import { hasIndivisibleHugePages } from './resources.ts';
import { isHostSysctl } from './sysctls.ts';
import { hasInvalidKeysApart, hasInvalidSpreadKeys, hasInvalidSpreadSelector } from './topology-spread.ts';

/**
 * What a pod spec is judged by. What an object got away with when it was stored it may keep, so an update asks the old one
 * for its sins first.
 */
export interface PodRules {
  /** The pod itself, not a template for pods. */
  readonly isPod: boolean;
  readonly addresses: AddressRules;
  readonly allowInvalidDeletionCost: boolean;
  readonly allowIndivisibleHugePages: boolean;
  readonly allowInvalidAffinitySelector: boolean;
  readonly allowInvalidNodeAffinityValue: boolean;
  readonly allowInvalidSpreadSelector: boolean;
  /** Keys of spread constraints stay beside the selector; the server doesn't add them to it. */
  readonly spreadKeysApart: boolean;
  readonly allowNonLocalTokenPath: boolean;
  readonly allowHostSysctls: boolean;
  readonly allowHostNetworkInUserNamespace: boolean;
  readonly allowDevicesInUserNamespace: boolean;
  /** Any SELinux change policy, not only `Recursive`. */
  readonly allowAnySELinuxChange: boolean;
  readonly allowComparisonTolerations: boolean;
  readonly allowRestartOnInitResize: boolean;
  readonly allowEnvFiles: boolean;
  /** Rules of one container that start all of them again, and rules of sidecars. */
  readonly allowRestartAll: boolean;
}

export interface OldPod {
  readonly spec: PodSpec;
  readonly metadata?: ObjectMeta;
}

export function podRules(isPod: boolean, old?: OldPod, gates: Gates = standardGates): PodRules {
  if (old) return rulesAfter(isPod, old, gates);
  let first = firstRules.get(gates);
  if (!first) {
    first = { pod: rulesAfter(true, undefined, gates), template: rulesAfter(false, undefined, gates) };
    firstRules.set(gates, first);
  }
  return isPod ? first.pod : first.template;
}

/** For what there wasn't before: the same as long as the gates are. */
const firstRules = new WeakMap<Gates, { readonly pod: PodRules; readonly template: PodRules }>();

function rulesAfter(isPod: boolean, old: OldPod | undefined, gates: Gates): PodRules {
  const before = old ? sinsOf(old) : sinless;
  return {
    isPod,
    addresses: addressRules({ gates }),
    ...before,
    allowInvalidDeletionCost: before.allowInvalidDeletionCost || !isOpen(gates, 'PodDeletionCost'),
    allowComparisonTolerations:
      before.allowComparisonTolerations || isOpen(gates, 'TaintTolerationComparisonOperators'),
    allowHostNetworkInUserNamespace:
      before.allowHostNetworkInUserNamespace || isOpen(gates, 'UserNamespacesHostNetworkSupport'),
    allowAnySELinuxChange: before.allowAnySELinuxChange || isOpen(gates, 'SELinuxMount'),
    allowEnvFiles: before.allowEnvFiles || isOpen(gates, 'EnvFiles'),
    spreadKeysApart: spreadKeysApart(old, gates),
    allowRestartAll: before.allowRestartAll || isOpen(gates, 'RestartAllContainersOnContainerExits'),
  };
}

/** What a pod got away with. */
type Sins = Omit<PodRules, 'isPod' | 'addresses' | 'spreadKeysApart'>;

function spreadKeysApart(old: OldPod | undefined, gates: Gates): boolean {
  if (!isOpen(gates, 'MatchLabelKeysInPodTopologySpread')) return true;
  const before = old?.spec.topologySpreadConstraints;
  // Who only holds under the other rule goes on by that.
  return isOpen(gates, 'MatchLabelKeysInPodTopologySpreadSelectorMerge')
    ? hasInvalidSpreadKeys(before)
    : !hasInvalidKeysApart(before);
}

const restartsAll = ({ containers, initContainers }: PodSpec): boolean =>
  [...(containers ?? []), ...(initContainers ?? [])].some((c) =>
    c.restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  ) || (initContainers ?? []).some((c) => isSidecar(c) && (c.restartPolicyRules?.length ?? 0) > 0);

function sinsOf(old: OldPod): Sins {
  const { spec } = old;
  const inUserNamespace = spec.hostUsers === false;
  return {
    allowInvalidDeletionCost: deletionCostProblem(old.metadata?.annotations) !== undefined,
    allowIndivisibleHugePages: hasIndivisibleHugePages(spec),
    allowInvalidAffinitySelector: hasInvalidAffinitySelector(spec.affinity),
    allowInvalidNodeAffinityValue: hasInvalidNodeAffinityValue(spec.affinity),
    allowInvalidSpreadSelector: hasInvalidSpreadSelector(spec.topologySpreadConstraints),
    allowNonLocalTokenPath: hasNonLocalTokenPath(spec.volumes),
    allowHostSysctls: spec.securityContext?.sysctls?.some(({ name }) => isHostSysctl(name, spec)) ?? false,
    allowHostNetworkInUserNamespace: inUserNamespace && spec.hostNetwork === true,
    allowDevicesInUserNamespace:
      inUserNamespace && allContainers(spec).some(({ container }) => container.volumeDevices?.length),
    allowAnySELinuxChange: spec.securityContext?.seLinuxChangePolicy !== undefined,
    allowComparisonTolerations:
      spec.tolerations?.some(({ operator }) => operator === 'Lt' || operator === 'Gt') ?? false,
    allowRestartOnInitResize:
      spec.initContainers?.some(
        (c) => !isSidecar(c) && c.resizePolicy?.some((p) => p.restartPolicy === 'RestartContainer'),
      ) ?? false,
    allowEnvFiles: readsFileKeys(spec),
    allowRestartAll: restartsAll(spec),
  };
}

const sinless: Sins = {
  allowInvalidDeletionCost: false,
  allowIndivisibleHugePages: false,
  allowInvalidAffinitySelector: false,
  allowInvalidNodeAffinityValue: false,
  allowInvalidSpreadSelector: false,
  allowNonLocalTokenPath: false,
  allowHostSysctls: false,
  allowHostNetworkInUserNamespace: false,
  allowDevicesInUserNamespace: false,
  allowAnySELinuxChange: false,
  allowComparisonTolerations: false,
  allowRestartOnInitResize: false,
  allowEnvFiles: false,
  allowRestartAll: false,
};
