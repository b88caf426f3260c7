import { compareVersions } from '@tiphys/sdk/machinery';

/** Upstream's priorities of its groups and of the versions in them. */
const priorities: Readonly<Record<string, readonly [group: number, versions: Readonly<Record<string, number>>]>> = {
  '': [18_000, { v1: 1 }],
  apps: [17_800, { v1: 15 }],
  'events.k8s.io': [17_750, { v1: 15 }],
  'authentication.k8s.io': [17_700, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'authorization.k8s.io': [17_600, { v1: 15 }],
  autoscaling: [17_500, { v1: 15, v2: 30 }],
  batch: [17_400, { v1: 15 }],
  'certificates.k8s.io': [17_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'networking.k8s.io': [17_200, { v1: 15, v1beta1: 9 }],
  policy: [17_100, { v1: 15 }],
  'rbac.authorization.k8s.io': [17_000, { v1: 15 }],
  'storage.k8s.io': [16_800, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'apiextensions.k8s.io': [16_700, { v1: 15 }],
  'admissionregistration.k8s.io': [16_700, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  'scheduling.k8s.io': [16_600, { v1: 15, v1alpha2: 2 }],
  'coordination.k8s.io': [16_500, { v1: 15, v1beta1: 13, v1alpha2: 12 }],
  'node.k8s.io': [16_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'discovery.k8s.io': [16_200, { v1: 15, v1beta1: 12 }],
  'resource.k8s.io': [16_200, { v1: 21, v1beta2: 15, v1beta1: 9, v1alpha3: 1 }],
  'flowcontrol.apiserver.k8s.io': [16_100, { v1: 21 }],
  'internal.apiserver.k8s.io': [16_000, { v1alpha1: 9 }],
  'storagemigration.k8s.io': [15_800, { v1beta1: 9 }],
};

export interface Priority {
  readonly group: number;
  readonly version: number;
}

/** The priority of a version that upstream has; none of the one that tells of APIServices, which has no APIService. */
export function builtInPriority(group: string, version: string): Priority | undefined {
  const [ofGroup, ofVersions] = priorities[group] ?? [];
  const ofVersion = ofVersions?.[version];
  return ofGroup !== undefined && ofVersion !== undefined ? { group: ofGroup, version: ofVersion } : undefined;
}

/** Custom groups come behind those of upstream, unless somebody says otherwise of theirs. */
export const customPriority: Priority = { group: 1000, version: 100 };
/** The group that tells of all others comes first. */
const first: Priority = { group: 20_001, version: 0 };

export const priorityOf = (group: string, version: string): Priority =>
  builtInPriority(group, version) ?? (group === 'apiregistration.k8s.io' ? first : customPriority);

interface Versioned {
  readonly version: string;
  readonly priority: Priority;
}

/** The preferred one comes first: of the same priority one that is stable before one that isn't, and a later one before an earlier. */
export const byVersion = (a: Versioned, b: Versioned): number =>
  b.priority.version - a.priority.version || compareVersions(a.version, b.version);

/** A group comes as early as the highest of its versions' priorities says; of several with the same by name. */
export function byGroup(
  a: { readonly name: string; readonly versions: readonly Versioned[] },
  b: { readonly name: string; readonly versions: readonly Versioned[] },
): number {
  const highest = ({ versions }: typeof a) => Math.max(...versions.map((v) => v.priority.group));
  return highest(b) - highest(a) || (a.name < b.name ? -1 : 1);
}
