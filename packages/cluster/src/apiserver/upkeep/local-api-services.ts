import { apiService, type APIServiceManifest } from '@tiphys/sdk/api';
import { allEnded } from '@tiphys/sdk/runtime';
import type { Client } from '@tiphys/sdk/client';
import { isAlreadyExists } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import { builtInPriority } from '../discovery/priorities.ts';

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

/** An APIService for every group and version that is served, but the one that tells of APIServices. */
export function localApiServices(kinds: readonly AnyKind[]): (APIServiceManifest & { metadata: { name: string } })[] {
  const versions = new Map(kinds.map(({ group, version }) => [`${version}.${group}`, { group, version }]));
  return [...versions].flatMap(([name, { group, version }]) => {
    const known = builtInPriority(group, version);
    if (!known) return [];
    const { group: groupPriorityMinimum, version: versionPriority } = known;
    const spec = { ...(group && { group }), version, groupPriorityMinimum, versionPriority };
    return [{ metadata: { name, labels: registeredAtStart }, spec }];
  });
}
