import { serverItself } from '../bootstrap.ts';
import type { Registry } from '../registry/registry.ts';
import type { Said } from './next-status.ts';
import { isNotFound } from '@tiphys/sdk/machinery';
import { messageOf } from '@tiphys/sdk/runtime';

/** Deletes all objects of a resource, and says how far that has come. What has finalizers goes when its holders let go. */
export async function deleteInstances(registry: Registry | undefined): Promise<Said> {
  if (!registry) return failed('InstanceDeletionFailed', 'could not list instances: the resource is not there');
  const { feed, cache } = registry;
  await feed.current();
  const problems = new Set<string>();
  for (const { namespace, name, object } of cache.list({})) {
    if (object.metadata.deletionTimestamp) continue;
    try {
      await registry.delete(
        { namespace, name, user: serverItself, dryRun: false, options: {}, warn: () => {} },
        { propagationPolicy: 'Background' },
      );
    } catch (err) {
      if (!isNotFound(err)) problems.add(messageOf(err));
    }
  }
  if (problems.size) return failed('InstanceDeletionFailed', `could not issue all deletes: ${together([...problems])}`);
  await feed.current();
  if (cache.size) {
    const why = 'could not confirm zero CustomResources remaining: timed out waiting for the condition';
    return failed('InstanceDeletionCheck', why);
  }
  return {
    type: 'Terminating',
    status: 'False',
    reason: 'InstanceDeletionCompleted',
    message: 'removed all instances',
  };
}

const together = (problems: readonly string[]): string =>
  problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]!;

const failed = (reason: string, message: string): Said => ({ type: 'Terminating', status: 'True', reason, message });
