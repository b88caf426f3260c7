import { InvalidArgumentError, Option } from 'commander';
import { Failure } from './failure.ts';
import { boolOf } from './flags.ts';

/** Off unless told; so is all that is alpha. */
const alpha = `
  APIServingWithRoutine AllowUnsafeMalformedObjectDeletion CBORServingAndStorage CPUManagerPolicyAlphaOptions
  CRIListStreaming CSIVolumeHealth ContainerStopSignals CrossNamespaceVolumeDataSource DRAListTypeAttributes
  DRANodeAllocatableResources DRAResourcePoolStatus DRAWorkloadResourceClaims EventedPLEG GangScheduling
  GenericWorkload HPAScaleToZero ImageVolumeWithDigest InPlacePodVerticalScalingExclusiveCPUs
  InPlacePodVerticalScalingExclusiveMemory KubeletInUserNamespace ManifestBasedAdmissionControlConfig MemoryQoS
  MutablePVNodeAffinity PersistentVolumeClaimUnusedSinceTime PodAndContainerStatsFromCRI
  PodLevelResourceManagers PodLogsQuerySplitStreams PodsAPI QOSReserved ReduceDefaultCrashLoopBackOffDecay
  ShardedListAndWatch StorageCapacityScoring StorageVersionAPI TaintTolerationComparisonOperators
  TopologyAwareWorkloadScheduling TopologyManagerPolicyAlphaOptions UserNamespacesHostNetworkSupport
  VolumeLimitScaling WindowsCPUAndMemoryAffinity WorkloadAwarePreemption WorkloadWithJob
`;

const betaOn = `
  APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth
  AuthorizePodWebsocketUpgradeCreatePermission CPUManagerPolicyBetaOptions CRDObservedGenerationTracking
  ClearingNominatedNodeNameAfterBinding ConstrainedImpersonation ContainerCheckpoint ContainerRestartRules
  DRAConsumableCapacity DRADeviceBindingConditions DRADeviceTaints DRAExtendedResource DRAPartitionableDevices
  DRAResourceClaimDeviceStatus DRAResourceClaimGranularStatusAuthorization DRASchedulerFilterTimeout
  DeclarativeValidationBeta DeploymentReplicaSetTerminatingReplicas DetectCacheInconsistency EnvFiles
  ExtendWebSocketsToKubelet GracefulNodeShutdown GracefulNodeShutdownBasedOnPodPriority
  HPAConfigurableTolerance HostnameOverride InPlacePodLevelResourcesVerticalScaling
  InPlacePodVerticalScalingInitContainers KubeletCrashLoopBackOffMax KubeletEnsureSecretPulledImages
  KubeletSeparateDiskGC KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot
  MatchLabelKeysInPodTopologySpread MatchLabelKeysInPodTopologySpreadSelectorMerge
  MutablePodResourcesForSuspendedJobs MutableSchedulingDirectivesForSuspendedJobs NodeDeclaredFeatures
  NominatedNodeNameForExpectation OpenAPIEnums OpportunisticBatching PLEGOnDemandRelist PodDeletionCost
  PodLevelResources PodReadyToStartContainersCondition PodTopologyLabelsAdmission PortForwardWebsockets
  PreventStaticPodAPIReferences RelaxedServiceNameValidation ReloadKubeletClientCAFile
  ReloadKubeletServerCertificateFile RemoteRequestHeaderUID ResourceHealthStatus ResourceHealthStatusMessage
  RestartAllContainersOnContainerExits RotateKubeletServerCertificate SchedulerAsyncPreemption
  SchedulerPopFromBackoffQ ServiceAccountNodeAudienceRestriction SizeBasedListCostEstimate
  StaleControllerConsistencyDaemonSet StaleControllerConsistencyJob StaleControllerConsistencyReplicaSet
  StaleControllerConsistencyStatefulSet StatefulSetSemanticRevisionComparison StorageVersionHash
  StrictIPCIDRValidation StructuredAuthenticationConfigurationEgressSelector
  StructuredAuthenticationConfigurationJWKSMetrics TokenRequestServiceAccountUIDValidation
  TopologyManagerPolicyBetaOptions TranslateStreamCloseWebsocketRequests UnauthenticatedHTTP2DOSMitigation
  UnknownVersionInteroperabilityProxy WatchCacheInitializationPostStartHook WatchList
  WindowsGracefulNodeShutdown
`;

const betaOff = `
  ClusterTrustBundle ClusterTrustBundleProjection ConcurrentWatchObjectDecode CoordinatedLeaderElection
  DRADeviceTaintRules LocalStorageCapacityIsolationFSQuotaMonitoring MaxUnavailableStatefulSet
  PodCertificateRequest SELinuxMount SchedulerAsyncAPICalls StorageVersionMigrator
`;

/** Neither alpha nor beta: grown up, or on their way out. */
const settledOn = `
  AllowServiceExternalIPs DRAPrioritizedList DisableCPUQuotaWithExclusiveCPUs
  KubeletPodResourcesListUseActivePods MutatingAdmissionPolicy ServiceCIDRStatusFieldWiping
  StorageNamespaceIndex
`;

const settledOff = `
  AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests ChangeContainerStatusOnKubeletRestart
  DeclarativeValidationTakeover KMSv1 KubeletRegistrationGetOnExistsOnly WindowsHostNetwork
`;

/** Nobody changes them any more. */
const lockedOn = `
  APIServerTracing AggregatedDiscoveryRemoveBetaType AnonymousAuthConfigurableEndpoints AnyVolumeDataSource
  AuthorizeNodeWithSelectors AuthorizeWithSelectors BtreeWatchCache CPUManagerPolicyOptions
  CRDValidationRatcheting CSIServiceAccountTokenSecrets ConsistentListFromCache CustomResourceFieldSelectors
  DRAAdminAccess DeclarativeValidation DisableAllocatorDualWrite DisableNodeKubeProxyVersion
  DynamicResourceAllocation ExecProbeTimeout ExternalServiceAccountTokenSigner ImageMaximumGCAge ImageVolume
  InPlacePodVerticalScaling JobBackoffLimitPerIndex JobManagedBy JobPodReplacementPolicy JobSuccessPolicy
  KubeletCgroupDriverFromCRI KubeletFineGrainedAuthz KubeletPSI KubeletPodResourcesDynamicResources
  KubeletPodResourcesGet KubeletTracing LogarithmicScaleDown MatchLabelKeysInPodAffinity
  MultiCIDRServiceAllocator MutableCSINodeAllocatableCount NFTablesProxyMode
  NodeInclusionPolicyInPodTopologySpread NodeLogQuery NodeSwap OrderedNamespaceDeletion PodLifecycleSleepAction
  PodLifecycleSleepActionAllowZero PodObservedGenerationTracking PodSchedulingReadiness
  PreferSameTrafficDistribution ProcMountType RecoverVolumeExpansionFailure RecursiveReadOnlyMounts
  RelaxedDNSSearchValidation RelaxedEnvironmentVariableValidation ResilientWatchCacheInitialization
  RetryGenerateName SELinuxChangePolicy SELinuxMountReadWriteOncePod SchedulerQueueingHints
  SeparateTaintEvictionController ServiceAccountTokenJTI ServiceAccountTokenNodeBinding
  ServiceAccountTokenNodeBindingValidation ServiceAccountTokenPodNodeInfo SidecarContainers
  StreamingCollectionEncodingToJSON StreamingCollectionEncodingToProtobuf StructuredAuthenticationConfiguration
  SupplementalGroupsPolicy SystemdWatchdog TopologyManagerPolicyOptions UserNamespacesSupport
  VolumeAttributesClass WinDSR WinOverlay
`;

const lockedOff = `
  AllowOverwriteTerminationGracePeriodSeconds GitRepoVolumeDriver SeparateCacheWatchRPC
`;

/** Gates that mean nothing without others. */
const needs: Readonly<Record<string, readonly string[]>> = {
  ClusterTrustBundleProjection: ['ClusterTrustBundle'],
  DRADeviceBindingConditions: ['DRAResourceClaimDeviceStatus'],
  DRADeviceTaintRules: ['DRADeviceTaints'],
  DRAResourceClaimGranularStatusAuthorization: ['DRAResourceClaimDeviceStatus'],
  DRAWorkloadResourceClaims: ['GenericWorkload'],
  ExtendWebSocketsToKubelet: ['NodeDeclaredFeatures'],
  GangScheduling: ['GenericWorkload'],
  GracefulNodeShutdownBasedOnPodPriority: ['GracefulNodeShutdown'],
  InPlacePodLevelResourcesVerticalScaling: ['PodLevelResources', 'NodeDeclaredFeatures'],
  InPlacePodVerticalScalingInitContainers: ['NodeDeclaredFeatures'],
  MatchLabelKeysInPodTopologySpreadSelectorMerge: ['MatchLabelKeysInPodTopologySpread'],
  PodLevelResourceManagers: ['PodLevelResources'],
  ResourceHealthStatusMessage: ['ResourceHealthStatus'],
  RestartAllContainersOnContainerExits: ['ContainerRestartRules', 'NodeDeclaredFeatures'],
  StorageVersionAPI: ['APIServerIdentity'],
  TopologyAwareWorkloadScheduling: ['GenericWorkload'],
  UnknownVersionInteroperabilityProxy: ['APIServerIdentity'],
  UserNamespacesHostNetworkSupport: ['NodeDeclaredFeatures'],
  WindowsGracefulNodeShutdown: ['GracefulNodeShutdown'],
  WorkloadAwarePreemption: ['GangScheduling'],
  WorkloadWithJob: ['GenericWorkload'],
};

const stages = ['AllAlpha', 'AllBeta'] as const;

interface Gate {
  readonly value: boolean;
  readonly locked?: boolean;
  /** The gate that turns all of its stage. */
  readonly stage?: (typeof stages)[number];
}

const all = (names: string, gate: Gate): [string, Gate][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, gate]);

const gates: ReadonlyMap<string, Gate> = new Map([
  ...all(alpha, { value: false, stage: 'AllAlpha' }),
  ...all(betaOn, { value: true, stage: 'AllBeta' }),
  ...all(betaOff, { value: false, stage: 'AllBeta' }),
  ...all(settledOn, { value: true }),
  ...all(settledOff, { value: false }),
  ...all(lockedOn, { value: true, locked: true }),
  ...all(lockedOff, { value: false, locked: true }),
  ...all(stages.join(' '), { value: false }),
]);

export const featureGatesFlag = (): Option =>
  new Option(
    '--feature-gates <gates>',
    'name=true|false,…: whether kinds, members and rules of the API are there; AllAlpha and AllBeta for all of a stage',
  ).argParser(parseFeatureGates);

/** Names with their values, as `--feature-gates` takes them. Refuses what upstream does, in its words. */
export function parseFeatureGates(
  text: string,
  before: ReadonlyMap<string, boolean> = new Map(),
): ReadonlyMap<string, boolean> {
  const set = new Map(before);
  for (const part of text.split(',').filter((p) => p.trim())) {
    const [name = '', said] = part.split('=').map((w) => w.trim());
    if (said === undefined) throw new InvalidArgumentError(`missing bool value for ${name}`);
    const gate = gates.get(name);
    if (!gate) throw new InvalidArgumentError(`unrecognized feature gate: ${name}`);
    const value = boolOf(said);
    if (value === undefined) {
      const why = `err: strconv.ParseBool: parsing ${JSON.stringify(said)}: invalid syntax`;
      throw new InvalidArgumentError(`invalid value of ${name}=${said}, ${why}`);
    }
    if (gate.locked && value !== gate.value)
      throw new InvalidArgumentError(`cannot set feature gate ${name} to ${value}, feature is locked to ${gate.value}`);
    set.set(name, value);
  }
  return set;
}

/** The gates that are on when these were said. A gate that is named counts for more than all of its stage. */
export function enabledGates(said: ReadonlyMap<string, boolean>): ReadonlySet<string> {
  const isOn = (name: string, { value, stage }: Gate): boolean => said.get(name) ?? (stage && said.get(stage)) ?? value;
  return new Set([...gates].filter(([name, gate]) => isOn(name, gate)).map(([name]) => name));
}

/** What is wrong with gates that are on without those they stand on, in upstream's words. */
export const dependencyProblems = (enabled: ReadonlySet<string>): string[] =>
  Object.entries(needs).flatMap(([name, others]) => {
    const off = others.filter((o) => !enabled.has(o));
    return enabled.has(name) && off.length
      ? [`${name} is enabled, but depends on features that are disabled: [${off.join(' ')}]`]
      : [];
  });

/** The gates that are on. Fails where one is without those it stands on, as upstream does not start then. */
export function agreedGates(said: ReadonlyMap<string, boolean>): ReadonlySet<string> {
  const enabled = enabledGates(said);
  const problems = dependencyProblems(enabled);
  if (problems.length) throw new Failure(`--feature-gates: ${problems.join(', ')}`);
  return enabled;
}

/** What somebody may have meant by gates that nothing here asks about. */
export function idleGatesNote(said: ReadonlyMap<string, boolean>, serving: readonly string[]): string | undefined {
  const idle = [...said].filter(
    ([name, value]) => !isDefault(name, value) && !serving.includes(name) && !isStage(name),
  );
  return idle.length ? `feature gates that change nothing here: ${idle.map(([name]) => name).join(' ')}` : undefined;
}

/** Whether a gate stands as it does unless told. */
export const isDefault = (name: string, value: boolean): boolean => gates.get(name)?.value === value;

/** Whether it is the gate of all that are of one stage. */
const isStage = (name: string): boolean => (stages as readonly string[]).includes(name);
