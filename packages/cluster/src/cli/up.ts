import { createClient } from '@tiphys/sdk/client';
import { group, isAbort, systemClock, systemRandom, whenAborted } from '@tiphys/sdk/runtime';
import { serverItself } from '../apiserver/index.ts';
import { kubeconfig, writeFileOnce } from '../pki/index.ts';
import type { ApiServerOptions } from './apiserver-options.ts';
import { startApiServer } from './apiserver.ts';
import { componentsWithin } from './component-checks.ts';
import { filesIn } from './data-dir.ts';
import { type Level, stderrLogger } from './logger.ts';
import { whyNoRealNode } from './machine.ts';
import { readyNodes } from './ready-nodes.ts';
import { forgetRunning, writeRunning } from './running.ts';
import type { Stop } from './stop-signal.ts';
import { openStore } from './store.ts';
import { version } from './version.ts';

/** Of the API server, who is let in, and what is told of it. */
type ServerOptions = Pick<
  ApiServerOptions,
  | 'apiAudiences'
  | 'audit'
  | 'authentication'
  | 'serviceAccountExtendTokenExpiration'
  | 'serviceAccountIssuer'
  | 'serviceAccountJwksUri'
  | 'serviceAccountKeyFile'
  | 'serviceAccountLookup'
  | 'serviceAccountMaxTokenExpiration'
  | 'serviceAccountSigningKeyFile'
  | 'tokenAuthFile'
>;

export interface UpOptions extends ServerOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly bindAddress?: string;
  readonly serviceClusterIpRange: string;
  readonly clusterCidr: string;
  readonly allowPrivileged: boolean;
  readonly runtimeConfig?: string;
  /** Feature gates that are on. */
  readonly featureGates?: ReadonlySet<string>;
  /** Of the real node's own server. */
  readonly kubeletPort: number;
  /** How many simulated ones. */
  readonly nodes?: number;
  /** Where etcd's own API is served over the store. */
  readonly serveEtcd?: string;
  /** False for a control plane alone. */
  readonly node: boolean;
  readonly output: 'text' | 'json';
  readonly logLevel: Level;
}

/** The whole cluster, until told to stop: first the node with its pods, then what they stand on. */
export async function runUp(options: UpOptions, { signal, keepsPods }: Stop): Promise<void> {
  const { dataDir, port, clusterCidr } = options;
  const startedAt = systemClock.monotonic();
  const files = filesIn(dataDir);
  const plan = planOf(options);
  const deps = { clock: systemClock, random: systemRandom, log: stderrLogger(options.logLevel) };
  const store = await openStore(dataDir, systemClock);
  try {
    await using tasks = group();
    const { server, nodes, pki, metrics, listening, etcd, ended } = await startApiServer(
      {
        ...options,
        bindAddress: options.bindAddress ?? plan.bindAddress,
        securePort: port,
        portFlag: '--port',
        admission: { enable: ['NodeRestriction'], disable: [] },
        kubeletCa: 'own',
      },
      { ...deps, store, components: componentsWithin() },
      tasks.signal,
    );
    tasks.go(() => ended);
    if (etcd) process.stderr.write(`tiphys: the store is served as etcd at ${etcd.endpoint}\n`);
    const url = `https://127.0.0.1:${listening.port}`;
    const client = pki.keptClient('admin', 'kubernetes-admin', ['system:masters']);
    writeFileOnce(files.adminKubeconfig, kubeconfig({ server: url, ca: pki.ca.cert, user: 'admin', client }), 0o600);
    writeRunning(dataDir, { pid: process.pid, server: url, nodes: plan.nodes, version });
    const { runControlPlane } = await import('./control-plane.ts');
    tasks.go((s) => runControlPlane({ ...deps, server, metrics, rootCa: pki.ca.cert, clusterCidr }, s));
    let node: Promise<void> = Promise.resolve();
    const { simulateNodes } = plan.simulated ? await import('./sim-nodes.ts') : {};
    const { runRealNode } = plan.real ? await import('./real-node.ts') : {};
    const atWork = new Promise<void>((onReady) => {
      const around = { ...deps, server, nodes, pki, onReady };
      if (simulateNodes) tasks.go((s) => simulateNodes(plan.simulated, around, s));
      if (!runRealNode) return;
      node = runRealNode({ ...options, keepsPods }, around, AbortSignal.any([signal, tasks.signal]));
      tasks.go(() => node);
    });
    const reader = createClient(server.transport(serverItself));
    tasks.go(async (s) => {
      const names = await readyNodes(plan.count, { ...deps, client: reader, atWork }, AbortSignal.any([signal, s]));
      const seconds = ((systemClock.monotonic() - startedAt) / 1000).toFixed(1);
      tell(options, { server: url, kubeconfig: files.adminKubeconfig, nodes: names, seconds });
    });
    await Promise.race([whenAborted(signal), tasks.done()]);
    server.lifecycle.end();
    if (signal.aborted && plan.real)
      process.stderr.write(keepsPods() ? 'tiphys: leaving the pods\n' : 'tiphys: ending the pods\n');
    await node;
  } catch (err) {
    if (!signal.aborted || !isAbort(err)) throw err;
  } finally {
    forgetRunning(dataDir);
    await store.close();
  }
}

interface Plan {
  /** As `status` tells it. */
  readonly nodes: string;
  readonly simulated: number;
  readonly real: boolean;
  readonly count: number;
  readonly bindAddress: string;
}

/** Which nodes there will be. Where none can be real, one is simulated, and that is said. */
function planOf({ node, nodes }: UpOptions): Plan {
  const local = { real: false, bindAddress: '127.0.0.1' };
  if (!node) return { ...local, nodes: 'none', simulated: 0, count: 0 };
  if (nodes !== undefined) return { ...local, nodes: `${nodes} simulated`, simulated: nodes, count: nodes };
  const why = whyNoRealNode();
  if (why === undefined) return { nodes: 'this machine', simulated: 0, real: true, count: 1, bindAddress: '0.0.0.0' };
  process.stderr.write(`tiphys: ${why}: going on with one simulated node, which runs no real containers\n`);
  return { ...local, nodes: '1 simulated', simulated: 1, count: 1 };
}

interface Told {
  readonly server: string;
  readonly kubeconfig: string;
  readonly nodes: readonly string[];
  readonly seconds: string;
}

function tell({ output, dataDir }: UpOptions, { server, kubeconfig: file, nodes, seconds }: Told): void {
  if (output === 'json') {
    process.stdout.write(
      `${JSON.stringify({ server, kubeconfig: file, dataDir, nodes, pid: process.pid, version })}\n`,
    );
    return;
  }
  const few = nodes.length > 3 ? `${nodes.length} nodes` : nodes.join(', ') || 'no nodes';
  process.stderr.write(
    [
      `tiphys: ready after ${seconds} s: ${server}, ${few}`,
      '',
      `  export KUBECONFIG=${file}`,
      '  kubectl get nodes',
      '  kubectl create deployment hello --image=nginx --replicas=3',
      '  kubectl get pods --watch',
      '',
      'Ctrl-C, or "tiphys down", ends it.',
      '',
    ].join('\n'),
  );
}
