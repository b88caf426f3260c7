import { node as nodeKind } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { Broadcast, type Clock, group, type Logger, type Random } from '@tiphys/sdk/runtime';

/** The names of the ready nodes, once there are that many; none when the signal aborts first. */
export async function readyNodes(
  count: number,
  deps: { readonly client: Client; readonly clock: Clock; readonly random: Random; readonly log: Logger },
  signal: AbortSignal,
): Promise<string[]> {
  if (!count) return [];
  await using own = group(signal);
  const cache = new SharedCache(deps, own.signal);
  const changed = new Broadcast();
  const nodes = cache.informer(nodeKind);
  nodes.on(() => changed.notify());
  for (;;) {
    const ready = nodes
      .list()
      .filter((n) => n.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'));
    if (ready.length >= count) return ready.map((n) => n.metadata.name!);
    await changed.next(own.signal);
    if (own.signal.aborted) return [];
  }
}
