import { allContainers } from './containers-of.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';

/** What belongs to features that are off is dropped on every write, as if nobody had sent it. Changes the spec. */
export function dropGatedFields(spec: PodSpec): void {
  delete spec.schedulingGroup;
  for (const { projected } of spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) {
      delete source.clusterTrustBundle;
      delete source.podCertificate;
    }
  }
  for (const { container } of allContainers(spec)) {
    const { lifecycle } = container;
    if (lifecycle?.stopSignal === undefined) continue;
    delete lifecycle.stopSignal;
    if (!Object.keys(lifecycle).length) delete container.lifecycle;
  }
}

export function dropGatedStatus(status: PodStatus): void {
  delete status.nodeAllocatableResourceClaimStatuses;
  for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const) {
    for (const { volumeMounts } of status[list] ?? []) {
      for (const mount of volumeMounts ?? []) delete mount.volumeStatus;
    }
  }
}
