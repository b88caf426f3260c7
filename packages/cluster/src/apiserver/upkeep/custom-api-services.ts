import { apiService, type APIService, type APIServiceManifest } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { equal, isAlreadyExists } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, WorkQueue } from '@tiphys/sdk/runtime';
import type { CustomResources } from '../crd/custom-resources.ts';
import type { Definition } from '../crd/definition.ts';
import { customPriority } from '../discovery/priorities.ts';
import { managed } from './local-api-services.ts';
import { workOff } from './work-off.ts';

/** Marks what comes and goes with what it is derived from. */
const always = { [managed]: 'true' };

export interface CustomApiServicesDeps {
  readonly custom: CustomResources;
  readonly cache: Cache;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keeps an APIService for every group and version that definitions serve, as long as they do: one that somebody removes or
 * changes is put right, one that carries no mark of ours is somebody's own. Until the signal aborts.
 */
export async function keepCustomApiServices(deps: CustomApiServicesDeps, signal: AbortSignal): Promise<void> {
  const { custom, cache, client, clock, log } = deps;
  const queue = new WorkQueue({ clock });
  const informer = cache.informer(apiService);
  const stops = [
    informer.on((next, old) => queue.add((next ?? old)!.metadata.name!)),
    custom.onChange((_, next, before) => {
      for (const name of new Set([next, before].flatMap(namesOf))) queue.add(name);
    }),
  ];
  await informer.synced(signal);
  for (const name of custom.definitions.flatMap(namesOf)) queue.add(name);
  const step = async (name: string): Promise<void> => {
    const wanted = customApiService(name, custom.definitions);
    await settle(client, { wanted, found: informer.get(undefined, name) }, signal);
  };
  try {
    await workOff(queue, step, { log, failure: 'the APIService of a definition could not be looked after' }, signal);
  } finally {
    for (const stop of stops) stop();
    queue.close();
  }
}

async function settle(
  client: Client,
  { wanted, found }: { wanted: APIServiceManifest | undefined; found: APIService | undefined },
  signal: AbortSignal,
): Promise<void> {
  if (!found) {
    // Somebody's own may have come meanwhile.
    if (wanted) await client.create(apiService, wanted, { signal }).catch(ignoreExisting);
    return;
  }
  if (found.metadata.labels?.[managed] !== always[managed]) return;
  if (!wanted) await client.delete(apiService, found, { signal });
  else if (!equal(found.spec, wanted.spec)) {
    await client.update(apiService, { ...found, spec: wanted.spec as APIService['spec'] }, { signal });
  }
}

function ignoreExisting(err: unknown): void {
  if (!isAlreadyExists(err)) throw err;
}

const nameOf = (group: string, version: string): string => `${version}.${group}`;

const namesOf = (definition: Definition | undefined): string[] =>
  definition?.versions.map(({ name }) => nameOf(definition.group, name)) ?? [];

/** What stands for a group and version that some definition serves. */
export function customApiService(name: string, definitions: readonly Definition[]): APIServiceManifest | undefined {
  for (const { group, versions } of definitions) {
    for (const { name: version, served } of versions) {
      if (!served || nameOf(group, version) !== name) continue;
      const { group: groupPriorityMinimum, version: versionPriority } = customPriority;
      const spec = { group, version, groupPriorityMinimum, versionPriority };
      return { metadata: { name, labels: always }, spec };
    }
  }
  return undefined;
}
