import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node, type NodeManifest, pod, type PodManifest, serviceAccount } from '@tiphys/sdk/api';
import { SharedCache } from '@tiphys/sdk/cache';
import { type Client, createClient } from '@tiphys/sdk/client';
import { group, nullLogger, systemClock as clock, systemRandom as random } from '@tiphys/sdk/runtime';
import { ApiServer, bootstrap, ClusterIps, serverItself, standardParts } from 'tiphys/apiserver';
import { ServiceAccountTokens } from 'tiphys/pki';
import { runScheduler } from 'tiphys/scheduler';
import { LmdbBackend, type StoreBackend } from 'tiphys/store';
import { watchLoop } from './loop-delay.ts';
import type { Bench, Row } from './row.ts';

const nodes = 5000;
const pods = 10_000;
const namespace = 'default';

type Measured = Pick<Row, 'rate' | 'cpuUs' | 'loopP99Ms' | 'loopMaxMs'>;

/** The scheduler on a large cluster: in a process of its own, with the API server and the embedded store in it. */
export const scheduling: Bench = {
  name: 'scheduling',
  async run(progress) {
    const where = `${nodes.toLocaleString('en')} nodes, ${pods.toLocaleString('en')} pods made before the scheduler starts`;
    progress('decisions');
    const decided = await measured('decide');
    progress('bindings');
    const bound = await measured('bind');
    return [
      {
        what: 'pods decided',
        definition: `${where}; from its start, which lists them, until it has asked for the last binding; nothing is written`,
        ...decided,
      },
      {
        what: 'pods bound',
        definition: `${where}; the same until the last binding is on the disk and seen, scheduler, API server and store in one process; CPU per pod of all of it, events included`,
        ...bound,
      },
    ];
  },
};

async function measured(mode: 'decide' | 'bind'): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), [mode]);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await new Promise<Measured>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Measured));
      child.once('exit', (code) => reject(new Error(`the scheduler's process ended with code ${code}`)));
    });
  } finally {
    child.kill();
    await gone;
  }
}

async function run(mode: 'decide' | 'bind'): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-scheduling-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  process.once('SIGTERM', () => process.exit());
  await using tasks = group(new AbortController().signal);
  const server = await serving(await LmdbBackend.open(dir, { clock }), tasks.signal);
  tasks.go((s) => server.run(s));
  await bootstrap(server);
  const client = createClient(server.transport(serverItself));
  await filled(client);

  let done = 0;
  const finished = new Promise<void>((resolve) => {
    const one = () => void (++done === pods && resolve());
    const cache = new SharedCache({ client, clock, random, log: nullLogger }, tasks.signal);
    if (mode === 'bind') {
      cache.informer(pod).on((next, old) => next?.spec.nodeName && !old?.spec.nodeName && one());
    }
    const scheduler = mode === 'bind' ? client : pretending(client, one);
    tasks.go((s) => runScheduler({ client: scheduler, cache, clock, random, log: nullLogger }, s));
  });
  const held = watchLoop();
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await finished;
  const { user, system } = process.cpuUsage(cpu);
  const result: Measured = {
    rate: pods / ((performance.now() - begun) / 1000),
    cpuUs: (user + system) / pods,
    ...held(),
  };
  process.send?.(result);
  await tasks.done();
}

async function serving(store: StoreBackend, signal: AbortSignal): Promise<ApiServer> {
  const server = new ApiServer({ store, clock, random, log: nullLogger });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = 'https://kubernetes.default.svc';
  const parts = standardParts({
    tokens: new ServiceAccountTokens(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    issuer,
    audiences: [issuer],
    tokenAuthenticators: [],
    clusterIps: new ClusterIps('10.0.0.0/16', random),
    advertised: () => '127.0.0.1:6443',
    nodes: { connect: () => Promise.reject(new Error('nobody speaks to nodes here')) },
  });
  await server.load(parts, signal);
  return server;
}

/** A client whose writes are only counted. */
function pretending(client: Client, posted: () => void): Client {
  const kept = Object.create(client) as Client;
  kept.post = () => {
    posted();
    return Promise.resolve({});
  };
  kept.list = (kind, options) => client.list(kind, options);
  kept.watch = (kind, options) => client.watch(kind, options);
  kept.create = () => new Promise(() => {});
  return kept;
}

async function filled(client: Client): Promise<void> {
  await client.create(serviceAccount, { metadata: { name: 'default', namespace } }).catch(() => {});
  await inParallel(nodes, async (i) => {
    const made = await client.create(node, nodeOf(i));
    // No controller is there to see that the node is ready, and to let pods onto it.
    await client.patch(node, made, { type: 'merge', patch: { spec: { taints: null } } });
  });
  await inParallel(pods, (i) => client.create(pod, podOf(i)));
}

const parallel = 64;

async function inParallel(count: number, make: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await make(next++);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

const nodeOf = (i: number): NodeManifest => ({
  metadata: { name: `node-${i}`, labels: { 'topology.kubernetes.io/zone': `zone-${i % 3}` } },
  status: {
    allocatable: { cpu: '4', memory: '32Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

const podOf = (i: number): PodManifest => ({
  metadata: { name: `pod-${i}`, namespace, labels: { app: 'bench' } },
  spec: {
    containers: [
      { name: 'main', image: 'registry.example/app:1', resources: { requests: { cpu: '100m', memory: '500Mi' } } },
    ],
  },
});

const [mode] = process.argv.slice(2);
if (process.send && (mode === 'decide' || mode === 'bind')) await run(mode);
