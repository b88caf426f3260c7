import { node as nodeKind } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { Broadcast, type Clock, group, type Logger, type Random, whenAborted } from '@tiphys/sdk/runtime';

export interface ReadyNodesDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Resolves when the nodes' agents are at work. Until then the store tells of nodes as an earlier run left them. */
  readonly atWork: Promise<void>;
}

/** The names of the ready nodes, once there are that many; none when the signal aborts first. */
export async function readyNodes(count: number, deps: ReadyNodesDeps, signal: AbortSignal): Promise<string[]> {
  if (!count) return [];
  await Promise.race([deps.atWork, whenAborted(signal)]);
  if (signal.aborted) return [];
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
