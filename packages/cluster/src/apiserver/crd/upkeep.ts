import {
  type CustomResourceDefinition,
  customResourceCleanup,
  customResourceDefinition,
  type CustomResourceDefinitionStatus,
} from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { equal } from '@tiphys/sdk/machinery';
import { type Clock, group, type Logger, WorkQueue } from '@tiphys/sdk/runtime';
import { workOff } from '../upkeep/work-off.ts';
import type { CustomResources } from './custom-resources.ts';
import { deleteInstances } from './delete-instances.ts';
import { nextStatus, type Said, withCondition } from './next-status.ts';

export interface DefinitionUpkeepDeps {
  readonly custom: CustomResources;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As many instances may be waited for at once as there are workers: one that hangs holds up few others. */
const finalizers = 4;
const checkEveryMs = 5000;

/**
 * Says which of the names that a definition asks for it has, and when it is established; deletes the instances of one that goes,
 * and lets go of it. Until the signal aborts.
 */
export async function runDefinitionUpkeep(deps: DefinitionUpkeepDeps, signal: AbortSignal): Promise<void> {
  const { custom, clock } = deps;
  const statuses = new WorkQueue({ clock });
  const ends = new WorkQueue({ clock });
  const add = (name: string) => (custom.find(name)?.isTerminating ? ends : statuses).add(name);
  const stop = custom.onChange((name, next, before) => {
    // Of one that goes nothing changes but what is said here of its end.
    if (!(next?.isTerminating && before?.isTerminating && next.digest === before.digest)) add(name);
    const { group: of } = (next ?? before)!;
    if (next && before && equal(next.accepted, before.accepted)) return;
    for (const other of custom.definitions) if (other.group === of && other.name !== name) add(other.name);
  });
  for (const { name } of custom.definitions) add(name);
  const telling = { log: deps.log, failure: 'a definition could not be looked after, trying again' };
  await using tasks = group(signal);
  // Names are given in order.
  tasks.go((s) => workOff(statuses, (name) => tellStatus(name, deps, s), telling, s));
  for (let i = 0; i < finalizers; i++) {
    tasks.go((s) => workOff(ends, (name) => finalize(name, deps, s), telling, s));
  }
  await tasks.done();
  stop();
  statuses.close();
  ends.close();
}

async function tellStatus(name: string, { custom, client, clock }: DefinitionUpkeepDeps, signal: AbortSignal) {
  const definition = custom.find(name);
  if (!definition || definition.isTerminating) return;
  const taken = custom.definitions.filter((d) => d.group === definition.group).map((d) => d.accepted);
  const object = custom.read(name)!;
  const status = nextStatus(object, { taken, now: clock.now() });
  if (status) await client.updateStatus(customResourceDefinition, object, status, { signal });
}

async function finalize(
  name: string,
  deps: DefinitionUpkeepDeps,
  signal: AbortSignal,
): Promise<{ againMs: number } | void> {
  const { custom, client } = deps;
  const object = custom.read(name);
  if (!object?.metadata.deletionTimestamp || !object.metadata.finalizers?.includes(customResourceCleanup)) return;
  const tell = async (of: CustomResourceDefinition, said: Said) => {
    const status = statusWith(of, said, deps);
    if (equal(status, of.status)) return of;
    return client.updateStatus(customResourceDefinition, of, status, { signal });
  };
  const going = await tell(object, inProgress);
  const result = custom.find(name)?.isEstablished ? await deleteInstances(await custom.stored(name)) : neverEstablished;
  if (result.status === 'True') {
    await tell(going, result);
    return { againMs: checkEveryMs };
  }
  const metadata = { ...going.metadata };
  metadata.finalizers = going.metadata.finalizers!.filter((f) => f !== customResourceCleanup);
  const status = statusWith(going, result, deps);
  // Through the status, which isn't held up by whatever is wrong with the rest.
  await client.updateStatus(customResourceDefinition, { ...going, metadata }, status, { signal });
}

const statusWith = (
  { status }: CustomResourceDefinition,
  said: Said,
  { clock }: DefinitionUpkeepDeps,
): CustomResourceDefinitionStatus => ({
  ...status,
  conditions: withCondition(status.conditions ?? [], said, clock.now()),
});

const inProgress: Said = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};

const neverEstablished: Said = {
  type: 'Terminating',
  status: 'False',
  reason: 'NeverEstablished',
  message: 'resource was never established',
};
