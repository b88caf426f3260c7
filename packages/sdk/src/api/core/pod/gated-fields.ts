import { type Before, dropShut, type GatedMembers, gatedMembers } from '../../meta/gated-members.ts';
import { allContainers, anyContainer, isSidecar } from './containers-of.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';

/** What belongs to features that are off is dropped on every write, as if nobody had sent it. Changes the spec. */
export const dropGatedFields = (spec: PodSpec, before: Before<PodSpec>): void => dropShut(specMembers, spec, before);

export const dropGatedStatus = (status: PodStatus, before: Before<PodStatus>): void =>
  dropShut(statusMembers, status, before);

const inContainers = (path: string) =>
  ['initContainers', 'containers', 'ephemeralContainers'].map((list) => `${list}.*.${path}`);
const inStatuses = (path: string) =>
  ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].map((list) => `${list}.*.${path}`);

/** Containers that have their own idea of when to start again. What makes a sidecar is older than that and stays. */
const restartRules: GatedMembers<PodSpec> = {
  gates: ['ContainerRestartRules'],
  isInUse: (spec) =>
    (spec.initContainers ?? []).some(
      (c) => (c.restartPolicy !== undefined && !isSidecar(c)) || c.restartPolicyRules?.length,
    ) || (spec.containers ?? []).some((c) => c.restartPolicy !== undefined),
  drop(spec) {
    for (const { container, list } of allContainers(spec)) {
      if (list !== 'initContainers' || !isSidecar(container)) delete container.restartPolicy;
      delete container.restartPolicyRules;
    }
  },
};

const stopSignals: GatedMembers<PodSpec> = {
  gates: ['ContainerStopSignals'],
  isInUse: (spec) => anyContainer(spec, ({ lifecycle }) => lifecycle?.stopSignal !== undefined),
  drop(spec) {
    for (const { container } of allContainers(spec)) {
      const { lifecycle } = container;
      if (lifecycle?.stopSignal === undefined) continue;
      delete lifecycle.stopSignal;
      if (!Object.keys(lifecycle).length) delete container.lifecycle;
    }
  },
};

const specMembers: readonly GatedMembers<PodSpec>[] = [
  gatedMembers('PodLevelResources', ['resources'], { inUse: ['resources.requests.*', 'resources.limits.*'] }),
  gatedMembers('MatchLabelKeysInPodTopologySpread', ['topologySpreadConstraints.*.matchLabelKeys']),
  gatedMembers('ClusterTrustBundleProjection', ['volumes.*.projected.sources.*.clusterTrustBundle']),
  gatedMembers('PodCertificateRequest', ['volumes.*.projected.sources.*.podCertificate']),
  gatedMembers('GenericWorkload', ['schedulingGroup']),
  restartRules,
  gatedMembers('HostnameOverride', ['hostnameOverride']),
  gatedMembers('EnvFiles', inContainers('env.*.valueFrom.fileKeyRef')),
  stopSignals,
];

const statusMembers: readonly GatedMembers<PodStatus>[] = [
  gatedMembers('InPlacePodLevelResourcesVerticalScaling', ['resources', 'allocatedResources']),
  gatedMembers('DRAExtendedResource', ['extendedResourceClaimStatus']),
  gatedMembers('ResourceHealthStatus', inStatuses('allocatedResourcesStatus')),
  gatedMembers('ResourceHealthStatusMessage', inStatuses('allocatedResourcesStatus.*.resources.*.message')),
  gatedMembers('ImageVolumeWithDigest', inStatuses('volumeMounts.*.volumeStatus')),
  gatedMembers('DRANodeAllocatableResources', ['nodeAllocatableResourceClaimStatuses']),
];
