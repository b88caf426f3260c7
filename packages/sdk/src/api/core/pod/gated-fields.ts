import type { Gates } from '../../../schema/index.ts';
import { type FieldGate, isOpen } from '../../meta/field-gates.ts';
import { allContainers } from './containers-of.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';

/** What decides of a field whose gate is shut: whoever had it already keeps it. */
interface Before<T> {
  readonly old?: T | undefined;
  readonly gates?: Gates | undefined;
}

/** What belongs to features that are off is dropped on every write, as if nobody had sent it. Changes the spec. */
export function dropGatedFields(spec: PodSpec, { old, gates }: Before<PodSpec>): void {
  for (const { gate, isInUse, drop } of fields) {
    if (!isOpen(gates, gate) && !(old && isInUse(old))) drop(spec);
  }
}

interface GatedField {
  readonly gate: FieldGate;
  readonly isInUse: (spec: PodSpec) => boolean;
  readonly drop: (spec: PodSpec) => void;
}

const projectionsOf = ({ volumes }: PodSpec) => (volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);

const projection = (name: 'clusterTrustBundle' | 'podCertificate', gate: FieldGate): GatedField => ({
  gate,
  isInUse: (spec) => projectionsOf(spec).some((source) => source[name] !== undefined),
  drop(spec) {
    for (const source of projectionsOf(spec)) delete source[name];
  },
});

const fields: readonly GatedField[] = [
  {
    gate: 'GenericWorkload',
    isInUse: ({ schedulingGroup }) => schedulingGroup !== undefined,
    drop(spec) {
      delete spec.schedulingGroup;
    },
  },
  projection('clusterTrustBundle', 'ClusterTrustBundleProjection'),
  projection('podCertificate', 'PodCertificateRequest'),
  {
    gate: 'ContainerStopSignals',
    isInUse: (spec) => allContainers(spec).some(({ container }) => container.lifecycle?.stopSignal !== undefined),
    drop(spec) {
      for (const { container } of allContainers(spec)) {
        const { lifecycle } = container;
        if (lifecycle?.stopSignal === undefined) continue;
        delete lifecycle.stopSignal;
        if (!Object.keys(lifecycle).length) delete container.lifecycle;
      }
    },
  },
];

const statusLists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

const mountsOf = (status: PodStatus) =>
  statusLists.flatMap((list) => (status[list] ?? []).flatMap(({ volumeMounts }) => volumeMounts ?? []));

export function dropGatedStatus(status: PodStatus, { old, gates }: Before<PodStatus>): void {
  if (!isOpen(gates, 'DRANodeAllocatableResources') && !old?.nodeAllocatableResourceClaimStatuses?.length) {
    delete status.nodeAllocatableResourceClaimStatuses;
  }
  if (isOpen(gates, 'ImageVolumeWithDigest') || (old && mountsOf(old).some((m) => m.volumeStatus))) return;
  for (const mount of mountsOf(status)) delete mount.volumeStatus;
}
