import { apiService, type APIServiceManifest } from '@tiphys/sdk/api';
import { allEnded } from '@tiphys/sdk/runtime';
import type { Client } from '@tiphys/sdk/client';
import { isAlreadyExists } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';

/** The label of APIServices that servers keep themselves. */
export const managed = 'kube-aggregator.kubernetes.io/automanaged';
/** Marks what the server registers of itself when it starts. */
const registeredAtStart = { [managed]: 'onstart' };

/** Brings the APIServices that an API server registers of itself in step with what it serves. */
export async function registerLocalApis(client: Client, kinds: readonly AnyKind[]): Promise<void> {
  const wanted = localApiServices(kinds);
  const { items } = await client.list(apiService);
  const known = new Map(items.map((api) => [api.metadata.name, api]));
  await allEnded(
    wanted.map(async (manifest) => {
      const old = known.get(manifest.metadata.name);
      if (!old) return client.create(apiService, manifest).catch(ignoreExisting);
      if (!old.metadata.labels?.[managed]) return;
      await client.update(apiService, { ...old, spec: { ...old.spec, ...manifest.spec } });
    }),
  );
  const gone = items.filter(
    ({ metadata: { labels, name } }) =>
      labels?.[managed] === registeredAtStart[managed] && !wanted.some((w) => w.metadata.name === name),
  );
  await allEnded(gone.map((api) => client.delete(apiService, api)));
}

/** Another server of the same store was faster. */
function ignoreExisting(err: unknown): void {
  if (!isAlreadyExists(err)) throw err;
}

/** Upstream's priorities of groups and of the versions in them: the order in which clients see them. */
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

/** An APIService for every group and version that is served, but the one that tells of APIServices. */
export function localApiServices(kinds: readonly AnyKind[]): (APIServiceManifest & { metadata: { name: string } })[] {
  const versions = new Map(kinds.map(({ group, version }) => [`${version}.${group}`, { group, version }]));
  return [...versions].flatMap(([name, { group, version }]) => {
    const [groupPriorityMinimum, ofVersions] = priorities[group] ?? [];
    const versionPriority = ofVersions?.[version];
    if (groupPriorityMinimum === undefined || versionPriority === undefined) return [];
    const spec = { ...(group && { group }), version, groupPriorityMinimum, versionPriority };
    return [{ metadata: { name, labels: registeredAtStart }, spec }];
  });
}
