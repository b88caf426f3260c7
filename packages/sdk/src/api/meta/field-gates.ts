import type { Gates } from '../../schema/index.ts';

/** Feature gates that members of kinds, rules, admission and ways of answering stand behind, and whether each is open unless somebody says otherwise. */
const openness = {
  APIResponseCompression: true,
  ClearingNominatedNodeNameAfterBinding: true,
  ClusterTrustBundleProjection: false,
  ContainerRestartRules: true,
  ContainerStopSignals: false,
  CoordinatedLeaderElection: false,
  CrossNamespaceVolumeDataSource: false,
  DRAConsumableCapacity: true,
  DRADeviceBindingConditions: true,
  DRADeviceTaints: true,
  DRAExtendedResource: true,
  DRAListTypeAttributes: false,
  DRANodeAllocatableResources: false,
  DRAPartitionableDevices: true,
  DRAPrioritizedList: true,
  DRAResourceClaimDeviceStatus: true,
  DRAWorkloadResourceClaims: false,
  DeploymentReplicaSetTerminatingReplicas: true,
  EnvFiles: true,
  GenericWorkload: false,
  HPAConfigurableTolerance: true,
  HPAScaleToZero: false,
  HostnameOverride: true,
  ImageVolumeWithDigest: false,
  InPlacePodLevelResourcesVerticalScaling: true,
  InPlacePodVerticalScalingInitContainers: true,
  MatchLabelKeysInPodTopologySpread: true,
  MatchLabelKeysInPodTopologySpreadSelectorMerge: true,
  MaxUnavailableStatefulSet: false,
  MutablePVNodeAffinity: false,
  MutablePodResourcesForSuspendedJobs: true,
  MutableSchedulingDirectivesForSuspendedJobs: true,
  MutatingAdmissionPolicy: true,
  NodeDeclaredFeatures: true,
  OpenAPIEnums: true,
  PodCertificateRequest: false,
  PodDeletionCost: true,
  PodLevelResources: true,
  PodTopologyLabelsAdmission: true,
  RelaxedServiceNameValidation: true,
  ResourceHealthStatus: true,
  ResourceHealthStatusMessage: true,
  RestartAllContainersOnContainerExits: true,
  SELinuxMount: false,
  StorageVersionHash: true,
  StrictIPCIDRValidation: true,
  TaintTolerationComparisonOperators: false,
  TopologyAwareWorkloadScheduling: false,
  UserNamespacesHostNetworkSupport: false,
  VolumeLimitScaling: false,
  WatchList: true,
  WorkloadAwarePreemption: false,
} as const;
export type FieldGate = keyof typeof openness;

export const fieldGates = Object.keys(openness) as readonly FieldGate[];

/** Those that are open when nobody says anything. */
export const standardGates: Gates = new Set(fieldGates.filter((gate) => openness[gate]));

export const isOpen = (gates: Gates | undefined, gate: FieldGate): boolean => gates?.has(gate) ?? openness[gate];
