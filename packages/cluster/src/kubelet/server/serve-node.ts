import type { Duplex } from 'node:stream';
import type { Pod } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { type Clock, type Logger, type Registry, whenAborted } from '@tiphys/sdk/runtime';
import type { KubeletConfig } from '../config.ts';
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from '../containers/labels.ts';
import type { ContainerRuntime } from '../cri/index.ts';
import type { Machine } from '../node/machine.ts';
import { NodeAccess } from './access.ts';
import { type BackendDeps, containerBackend } from './backend.ts';
import { type NodeListenOptions, NodeServer } from './node-server.ts';
import { summaryOf } from './summary.ts';

/** How others reach a node's server. */
export interface NodeServing {
  /** Over TLS, on the port that the config names. */
  readonly listen?: Omit<NodeListenOptions, 'port'>;
  /** Is given what takes connections from an API server in the same process; returns how to withdraw it. */
  readonly inProcess?: (accept: (connection: Duplex) => void) => () => void;
}

export interface ServeNodeDeps extends BackendDeps {
  readonly serving: NodeServing;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: KubeletConfig;
  readonly machine: Machine;
  readonly metrics?: Registry;
  readonly pods: () => readonly Pod[];
  readonly problem: () => string | undefined;
}

/** Serves what the node's containers say and what the node knows, until the signal aborts. */
export async function serveNode(deps: ServeNodeDeps, signal: AbortSignal): Promise<void> {
  const { serving, client, clock, log, config, runtime, machine, metrics } = deps;
  const { nodeName, serverPort: port } = config;
  const server = new NodeServer({
    clock,
    log,
    backend: containerBackend(deps),
    access: new NodeAccess({ client, clock, nodeName }),
    info: {
      pods: deps.pods,
      problem: deps.problem,
      runningPods: () => runningPods(runtime, signal),
      summary: () => summaryOf({ nodeName, runtime, machine, clock }, signal),
      ...(metrics && { metrics }),
    },
  });
  const withdraw = serving.inProcess?.((connection) => server.accept(connection));
  try {
    if (serving.listen) await listen(server, { deps, options: { ...serving.listen, port } }, signal);
    else await whenAborted(signal);
  } finally {
    withdraw?.();
  }
}

async function listen(
  server: NodeServer,
  { deps, options }: { deps: ServeNodeDeps; options: NodeListenOptions },
  signal: AbortSignal,
): Promise<void> {
  const { log, serving } = deps;
  try {
    await server.run(options, (port) => log.info('the node listens', { port }), signal);
  } catch (cause) {
    const { port } = options;
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const why = `the node's port ${port} is in use: see who has it with "ss -ltnp 'sport = :${port}'"`;
    if (!serving.inProcess) throw isTaken ? new Error(why, { cause }) : cause;
    // The API server beside us doesn't need it; others, such as those who collect metrics, do.
    log.error(isTaken ? why : 'the node does not listen', { error: String(cause) });
    await whenAborted(signal);
  }
}

/** As much of each pod as the runtime knows. */
async function runningPods(runtime: ContainerRuntime, signal: AbortSignal): Promise<Pod[]> {
  interface Known {
    readonly metadata: Pod['metadata'];
    readonly spec: { readonly containers: { name: string; image: string }[] };
  }
  const pods = new Map<string, Known>();
  for (const { labels, image } of await runtime.listContainers({ state: 'CONTAINER_RUNNING' }, { signal })) {
    const uid = labels[podUidLabel];
    if (!uid) continue;
    const metadata = { name: labels[podNameLabel] ?? '', namespace: labels[podNamespaceLabel] ?? '', uid };
    const pod: Known = pods.get(uid) ?? { metadata, spec: { containers: [] } };
    pod.spec.containers.push({ name: labels[containerNameLabel] ?? '', image: image?.image ?? '' });
    pods.set(uid, pod);
  }
  return [...pods.values()].map((pod) => ({ ...pod, status: {} }) as unknown as Pod);
}
