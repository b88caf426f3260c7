import type { Duplex } from 'node:stream';
import { node as nodeKind, pod as podKind } from '@tiphys/sdk/api';
import type { Cache } from '@tiphys/sdk/cache';
import type { Client } from '@tiphys/sdk/client';
import { type Clock, group, isAbort, type Logger, type Random } from '@tiphys/sdk/runtime';
import type { SimNodesConfig } from './config.ts';
import { Heartbeats } from './heartbeats.ts';
import { nameOf } from './node-objects.ts';
import { NodeEvents } from './node-events.ts';
import { PodRunner } from './pod-runner.ts';
import { nodeServer } from './streaming/node-server.ts';
import { PodWorlds } from './world/index.ts';

export interface SimNodesDeps {
  /** Shows the pods and nodes of the whole cluster. */
  readonly cache: Cache;
  /** Writes as the agent of one node. */
  readonly clientOf: (node: string) => Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly config: SimNodesConfig;
  /** Tells the API server how a node is reached for logs, exec and the like; returns how to withdraw. */
  readonly serve?: (node: string, accept: (connection: Duplex) => void) => () => void;
  readonly onReady?: () => void;
}

/** Simulated nodes, until the signal aborts. */
export async function runSimNodes(deps: SimNodesDeps, signal: AbortSignal): Promise<void> {
  const { cache, clock, config, serve } = deps;
  const random = deps.random.fork('simnode');
  const log = deps.log.child({ component: 'simnode' });
  const clients = new Map<string, Client>();
  const clientOf = (node: string): Client => {
    let client = clients.get(node);
    if (!client) clients.set(node, (client = deps.clientOf(node)));
    return client;
  };
  const [nodes, pods] = [cache.informer(nodeKind), cache.informer(podKind)];
  const withdrawals: (() => void)[] = [];
  try {
    await using tasks = group(signal);
    await Promise.all([nodes.synced(tasks.signal), pods.synced(tasks.signal)]);
    const heartbeats = new Heartbeats({ clientOf, nodes, clock, random, log, config });
    await heartbeats.register(tasks.signal);
    const isOurs = (name: string) => heartbeats.has(name);
    const worlds = new PodWorlds({ cache, nodes, clientOf, clock, random });
    const events = new NodeEvents({ clientOf, clock, random, log, tasks });
    const runner = new PodRunner({ clientOf, nodes, pods, isOurs, worlds, events, clock, log, config });
    if (serve) {
      const accept = nodeServer({ pods, processes: runner.processes, worlds, clock });
      for (let i = 0; i < config.count; i++) withdrawals.push(serve(nameOf(config, i), accept));
    }
    tasks.go((s) => heartbeats.run(s));
    tasks.go((s) => runner.run(s));
    deps.onReady?.();
    await tasks.done();
  } catch (err) {
    if (!signal.aborted || !isAbort(err)) throw err;
  } finally {
    for (const withdraw of withdrawals) withdraw();
  }
}
