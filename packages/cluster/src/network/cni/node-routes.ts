import { type Node, node as nodeKind } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import { Broadcast, type Clock, isAbort, type Logger } from '@tiphys/sdk/runtime';
import { type Commands, systemCommands } from '../commands.ts';
import type { Family } from '../proxy/service.ts';

export interface NodeRoutesConfig {
  family: Family;
  /** This node, which reaches its own pods over its bridge. */
  node: string;
  /** The number that marks routes in the kernel's table as ours (`ip route … proto N`). */
  routeProtocol: number;
  retryMs: number;
}

export const defaultNodeRoutesConfig = { family: 'ip', routeProtocol: 84, retryMs: 5_000 } as const;

export interface NodeRoutesDeps {
  cache: Cache;
  clock: Clock;
  log: Logger;
  config: NodeRoutesConfig;
  commands?: Commands;
}

/** Where the pods of the other nodes are: pod CIDR to the node's address. The nodes must share a link. */
function routesBetween(nodes: readonly Node[], { family, node: self }: NodeRoutesConfig): Map<string, string> {
  const isOurs = (address: string) => address.includes(':') === (family === 'ip6');
  const routes = new Map<string, string>();
  for (const { metadata, spec, status } of nodes) {
    if (metadata.name === self) continue;
    const via = status?.addresses?.find((a) => a.type === 'InternalIP' && isOurs(a.address))?.address;
    const cidrs = spec?.podCIDRs?.length ? spec.podCIDRs : spec?.podCIDR ? [spec.podCIDR] : [];
    for (const cidr of cidrs) if (via && isOurs(cidr)) routes.set(cidr, via);
  }
  return routes;
}

/** Keeps the node's routes to the pods of other nodes, until stopped; the routes stay. */
export async function runNodeRoutes(deps: NodeRoutesDeps, signal: AbortSignal): Promise<void> {
  const { cache, clock, config, commands = systemCommands } = deps;
  const log = deps.log.child({ component: 'routes' });
  const nodes = cache.informer(nodeKind);
  const changed = new Broadcast();
  let isDirty = true;
  await nodes.synced(signal);
  const end = nodes.on((next, old) => {
    // Nodes report their health all the time, and hardly ever move.
    const [now, before] = [next, old].map((n) => JSON.stringify([...routesBetween(n ? [n] : [], config)]));
    if (now === before) return;
    isDirty = true;
    changed.notify();
  });
  try {
    while (!signal.aborted) {
      if (!isDirty) await changed.next(signal);
      isDirty = false;
      try {
        await syncRoutes(commands, routesBetween(nodes.list(), config), config, signal);
      } catch (err) {
        if (signal.aborted && isAbort(err)) return;
        isDirty = true;
        log.error('routes to other nodes could not be written', { err: String(err) });
        await clock.sleep(config.retryMs, signal).catch(() => undefined); // rejects only when stopped, which the loop sees
      }
    }
  } finally {
    end();
  }
}

async function syncRoutes(
  commands: Commands,
  wanted: Map<string, string>,
  { family, routeProtocol }: NodeRoutesConfig,
  signal: AbortSignal,
): Promise<void> {
  const ip = (...args: string[]) => commands.run('ip', [family === 'ip' ? '-4' : '-6', ...args], { signal });
  const listed = await ip('-j', 'route', 'show', 'proto', String(routeProtocol));
  const present = new Map(
    (JSON.parse(listed || '[]') as { dst: string; gateway?: string }[]).map(({ dst, gateway }) => [dst, gateway]),
  );
  for (const [cidr, via] of wanted) {
    if (present.get(cidr) === via) continue;
    await ip('route', 'replace', cidr, 'via', via, 'proto', String(routeProtocol));
  }
  for (const cidr of present.keys()) {
    if (!wanted.has(cidr)) await ip('route', 'del', cidr, 'proto', String(routeProtocol));
  }
}
