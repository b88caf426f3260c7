import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@tiphys/sdk/client';
import {
  type Clock,
  group,
  type Logger,
  nullLogger,
  type Random,
  systemClock,
  systemRandom,
} from '@tiphys/sdk/runtime';
import { serverItself, type UserInfo } from '../apiserver/index.ts';
import { kubeconfig } from '../pki/index.ts';
import { MemoryBackend, type StoreBackend } from '../store/index.ts';
import { startApiServer } from './apiserver.ts';
import { componentsWithin } from './component-checks.ts';
import { component, runControlPlane } from './control-plane.ts';
import { readyNodes } from './ready-nodes.ts';
import { simulateNodes } from './sim-nodes.ts';

export interface ClusterOptions {
  /** How many simulated nodes; one unless given. */
  readonly nodes?: number;
  /** Of 127.0.0.1; a free one unless given. */
  readonly port?: number;
  /** Where objects are kept; in memory unless given. It isn't closed with the cluster. */
  readonly store?: StoreBackend;
  readonly serviceClusterIpRange?: string;
  readonly runtimeConfig?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Tells nobody unless given. */
  readonly log?: Logger;
}

/** A cluster in this process. Disposing ends it, and leaves nothing. */
export interface Cluster extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** An administrator's, as kubectl and client libraries take it. */
  readonly kubeconfig: string;
  /** An administrator's, without a socket in between. */
  readonly client: Client;
  /** Somebody else's, who has the rights that the cluster gives them. */
  as(user: { readonly name: string; readonly groups?: readonly string[] }): Client;
}

const admin: UserInfo = component('kubernetes-admin', 'system:masters');

/**
 * Starts a whole cluster with simulated nodes inside a program, mostly a test: API server over TLS, controllers, scheduler.
 * Resolves when its nodes are ready.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { nodes: count = 1, clock = systemClock, random = systemRandom, log = nullLogger, ...more } = options;
  const store = more.store ?? new MemoryBackend(clock);
  const dataDir = mkdtempSync(join(tmpdir(), 'tiphys-cluster-'));
  const deps = { store, clock, random, log, components: componentsWithin() };
  const tasks = group();
  let ended: Promise<void> = Promise.resolve();
  const end = async () => {
    try {
      await tasks[Symbol.asyncDispose]();
      await ended;
    } finally {
      if (!more.store) await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  };
  try {
    const running = await startApiServer(
      {
        dataDir,
        securePort: more.port ?? 0,
        portFlag: 'port',
        bindAddress: '127.0.0.1',
        serviceClusterIpRange: more.serviceClusterIpRange ?? '10.96.0.0/12',
        allowPrivileged: true,
        admission: { enable: ['NodeRestriction'], disable: [] },
        kubeletCa: 'own',
        ...(more.runtimeConfig !== undefined && { runtimeConfig: more.runtimeConfig }),
      },
      deps,
      tasks.signal,
    );
    const { server, nodes, pki, metrics, listening } = running;
    ended = running.ended;
    tasks.go(() => ended);
    tasks.go((s) =>
      runControlPlane({ ...deps, server, metrics, rootCa: pki.ca.cert, clusterCidr: '10.244.0.0/16' }, s),
    );
    const atWork = new Promise<void>((onReady) => {
      if (count) tasks.go((s) => simulateNodes(count, { ...deps, server, nodes, onReady }, s));
    });
    const as = (user: UserInfo) => createClient(server.transport(user));
    await readyNodes(count, { ...deps, client: as(serverItself), atWork }, tasks.signal);
    if (tasks.signal.aborted) await tasks.done();
    const url = `https://127.0.0.1:${listening.port}`;
    const certificate = pki.keptClient('admin', 'kubernetes-admin', ['system:masters']);
    return {
      url,
      kubeconfig: kubeconfig({ server: url, ca: pki.ca.cert, user: 'admin', client: certificate }),
      client: as(admin),
      as: ({ name, groups = [] }) => as(component(name, ...groups)),
      [Symbol.asyncDispose]: end,
    };
  } catch (err) {
    await end();
    throw err;
  }
}
