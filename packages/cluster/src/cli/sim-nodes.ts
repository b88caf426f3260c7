import { SharedCache } from '@tiphys/sdk/cache';
import { createClient } from '@tiphys/sdk/client';
import { type Clock, group, type Logger, type Random } from '@tiphys/sdk/runtime';
import type { ApiServer, LocalNodes } from '../apiserver/index.ts';
import { defaultSimNodesConfig, runSimNodes } from '../simnode/index.ts';
import { component } from './control-plane.ts';

export interface SimNodesOptions {
  readonly server: ApiServer;
  readonly nodes: LocalNodes;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly onReady?: () => void;
}

/** Simulated nodes beside their API server. Each writes as itself; what all of them see comes by one watch. */
export async function simulateNodes(count: number, options: SimNodesOptions, signal: AbortSignal): Promise<void> {
  const { server, nodes, ...deps } = options;
  const reader = createClient(server.transport(component('system:tiphys:simnodes', 'system:masters')));
  await using tasks = group(signal);
  tasks.go(async (s) => {
    const cache = new SharedCache({ ...deps, client: reader }, s);
    await runSimNodes(
      {
        ...deps,
        cache,
        clientOf: (node) =>
          createClient(server.transport(component(`system:node:${node}`, 'system:nodes')), { fieldManager: 'kubelet' }),
        config: { ...defaultSimNodesConfig, count, architecture: process.arch === 'x64' ? 'amd64' : process.arch },
        serve: (node, accept) => nodes.add(node, accept),
      },
      s,
    );
    await cache.done();
  });
  await tasks.done();
}
