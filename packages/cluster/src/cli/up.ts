import { group, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { kubeconfig, writeFileOnce } from '../pki/index.ts';
import { startApiServer } from './apiserver.ts';
import { filesIn } from './data-dir.ts';
import { type Level, stderrLogger } from './logger.ts';
import { forgetRunning, writeRunning } from './running.ts';
import { openStore } from './store.ts';

export interface UpOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly bindAddress: string;
  readonly tokenAuthFile?: string;
  readonly serviceClusterIpRange: string;
  readonly clusterCidr: string;
  readonly allowPrivileged: boolean;
  /** How many simulated ones. */
  readonly nodes?: number;
  /** False for a control plane alone. */
  readonly node: boolean;
  readonly logLevel: Level;
}

/** The whole cluster, until the signal aborts. */
export async function runUp(options: UpOptions, signal: AbortSignal): Promise<void> {
  const { dataDir, port, clusterCidr } = options;
  const files = filesIn(dataDir);
  const store = await openStore(dataDir, systemClock);
  const deps = { clock: systemClock, random: systemRandom, log: stderrLogger(options.logLevel) };
  try {
    await using tasks = group(signal);
    const { server, nodes, pki, listening, ended } = await startApiServer(
      { ...options, securePort: port, portFlag: '--port', enableAdmissionPlugins: ['NodeRestriction'] },
      { ...deps, store },
      tasks.signal,
    );
    tasks.go(() => ended);
    const url = `https://127.0.0.1:${listening.port}`;
    const client = pki.keptClient('admin', 'kubernetes-admin', ['system:masters']);
    writeFileOnce(files.adminKubeconfig, kubeconfig({ server: url, ca: pki.ca.cert, user: 'admin', client }), 0o600);
    writeRunning(dataDir, { pid: process.pid, server: url, nodes: 'none', version: 'v1.36.3' });
    const { runControlPlane } = await import('./control-plane.ts');
    tasks.go((s) => runControlPlane({ ...deps, server, rootCa: pki.ca.cert, clusterCidr }, s));
    if (options.nodes) {
      const { simulateNodes } = await import('./sim-nodes.ts');
      tasks.go((s) => simulateNodes(options.nodes!, { ...deps, server, nodes }, s));
    }
    process.stderr.write(`tiphys up: ready; try kubectl --kubeconfig ${files.adminKubeconfig} get namespaces\n`);
    await tasks.done();
  } finally {
    forgetRunning(dataDir);
    await store.close();
  }
}
