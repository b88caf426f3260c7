import type { ObjectMeta } from '../../../../machinery/index.ts';
import type { Gates } from '../../../../schema/index.ts';
import { isOpen } from '../../../meta/field-gates.ts';
import type { PodSpec } from '../pod-spec.ts';
import { deletionCostProblem } from './annotations.ts';
import { hasInvalidAffinitySelector, hasInvalidNodeAffinityValue } from './affinity.ts';
import { allContainers, isSidecar } from '../containers-of.ts';
import { hasNonLocalTokenPath } from './projected.ts';
import { hasIndivisibleHugePages } from './resources.ts';
import { isHostSysctl } from './sysctls.ts';
import { hasInvalidSpreadKeys, hasInvalidSpreadSelector } from './topology-spread.ts';

/**
 * What a pod spec is judged by. What an object got away with when it was stored it may keep, so an update asks the old one
 * for its sins first.
 */
export interface PodRules {
  /** The pod itself, not a template for pods. */
  readonly isPod: boolean;
  readonly allowInvalidDeletionCost: boolean;
  readonly allowIndivisibleHugePages: boolean;
  readonly allowInvalidAffinitySelector: boolean;
  readonly allowInvalidNodeAffinityValue: boolean;
  readonly allowInvalidSpreadSelector: boolean;
  /** Keys that a spread constraint's selector already names. */
  readonly allowInvalidSpreadKeys: boolean;
  readonly allowNonLocalTokenPath: boolean;
  readonly allowHostSysctls: boolean;
  readonly allowHostNetworkInUserNamespace: boolean;
  readonly allowDevicesInUserNamespace: boolean;
  /** Any SELinux change policy, not only `Recursive`. */
  readonly allowAnySELinuxChange: boolean;
  readonly allowComparisonTolerations: boolean;
  readonly allowRestartOnInitResize: boolean;
}

export interface OldPod {
  readonly spec: PodSpec;
  readonly metadata?: ObjectMeta;
}

export function podRules(isPod: boolean, old?: OldPod, gates?: Gates): PodRules {
  const rules = old ? rulesAfter(isPod, old) : isPod ? ofNewPods : ofNewTemplates;
  const allowComparisonTolerations = isOpen(gates, 'TaintTolerationComparisonOperators');
  const allowHostNetworkInUserNamespace = isOpen(gates, 'UserNamespacesHostNetworkSupport');
  const allowAnySELinuxChange = isOpen(gates, 'SELinuxMount');
  if (!allowComparisonTolerations && !allowHostNetworkInUserNamespace && !allowAnySELinuxChange) return rules;
  return {
    ...rules,
    allowComparisonTolerations: allowComparisonTolerations || rules.allowComparisonTolerations,
    allowAnySELinuxChange: allowAnySELinuxChange || rules.allowAnySELinuxChange,
    allowHostNetworkInUserNamespace: allowHostNetworkInUserNamespace || rules.allowHostNetworkInUserNamespace,
  };
}

function rulesAfter(isPod: boolean, old: OldPod): PodRules {
  const { spec } = old;
  const inUserNamespace = spec.hostUsers === false;
  return {
    isPod,
    allowInvalidDeletionCost: deletionCostProblem(old.metadata?.annotations) !== undefined,
    allowIndivisibleHugePages: hasIndivisibleHugePages(spec),
    allowInvalidAffinitySelector: hasInvalidAffinitySelector(spec.affinity),
    allowInvalidNodeAffinityValue: hasInvalidNodeAffinityValue(spec.affinity),
    allowInvalidSpreadSelector: hasInvalidSpreadSelector(spec.topologySpreadConstraints),
    allowInvalidSpreadKeys: hasInvalidSpreadKeys(spec.topologySpreadConstraints),
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
  };
}

const sinless = {
  allowInvalidDeletionCost: false,
  allowIndivisibleHugePages: false,
  allowInvalidAffinitySelector: false,
  allowInvalidNodeAffinityValue: false,
  allowInvalidSpreadSelector: false,
  allowInvalidSpreadKeys: false,
  allowNonLocalTokenPath: false,
  allowHostSysctls: false,
  allowHostNetworkInUserNamespace: false,
  allowDevicesInUserNamespace: false,
  allowAnySELinuxChange: false,
  allowComparisonTolerations: false,
  allowRestartOnInitResize: false,
};
const ofNewPods: PodRules = { isPod: true, ...sinless };
const ofNewTemplates: PodRules = { isPod: false, ...sinless };
