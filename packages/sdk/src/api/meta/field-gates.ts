import type { Gates } from '../../schema/index.ts';

/** Feature gates that fields and rules of kinds stand behind: all shut unless somebody opens them. */
export const fieldGates = [
  'ClusterTrustBundleProjection',
  'ContainerStopSignals',
  'CoordinatedLeaderElection',
  'CrossNamespaceVolumeDataSource',
  'DRAListTypeAttributes',
  'DRANodeAllocatableResources',
  'DRAWorkloadResourceClaims',
  'GenericWorkload',
  'HPAScaleToZero',
  'ImageVolumeWithDigest',
  'MaxUnavailableStatefulSet',
  'PodCertificateRequest',
  'SELinuxMount',
  'TaintTolerationComparisonOperators',
  'TopologyAwareWorkloadScheduling',
  'UserNamespacesHostNetworkSupport',
  'VolumeLimitScaling',
  'WorkloadAwarePreemption',
] as const;
export type FieldGate = (typeof fieldGates)[number];

export const isOpen = (gates: Gates | undefined, gate: FieldGate): boolean => gates?.has(gate) ?? false;
