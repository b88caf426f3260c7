import { drive, type LoadClient } from './load.ts';
import { cpuMicros } from './process-usage.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';
import { configMap, pod } from './workload.ts';

const namespace = '/api/v1/namespaces/bench';
const [configMaps, pods, watchers] = [20_000, 10_000, 1000];
const running = 500;
const settleMs = 15_000;
const idleSeconds = 20;

/** What a cluster takes that holds much, and one that does nothing. */
export const memory: Bench = {
  name: 'memory',
  run: async (progress) => [await full(progress), await idle(progress)],
};

async function full(progress: (text: string) => void): Promise<Row> {
  progress('20,000 ConfigMaps, 10,000 Pods, 1,000 watchers');
  await using server = await TiphysProcess.start('apiserver');
  const { client } = server;
  await post(client, '/api/v1/namespaces', { metadata: { name: 'bench' } });
  await post(client, `${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  const made = (path: string, count: number, objectOf: (name: string) => object) =>
    drive({ clients: 64, count, expect: 201 }, (i) =>
      client.request('POST', `${namespace}/${path}`, { body: JSON.stringify(objectOf(`b-${i}`)) }),
    );
  await made('configmaps', configMaps, configMap);
  await made('pods', pods, pod);
  const { text } = await client.request('GET', `${namespace}/configmaps?limit=1`, { keep: true });
  const { metadata } = JSON.parse(text) as { metadata: { resourceVersion: string } };
  const from = `watch=true&resourceVersion=${metadata.resourceVersion}`;
  const streams = Array.from({ length: watchers }, () => client.stream('GET', `${namespace}/configmaps?${from}`));
  for (const s of streams) s.on('error', () => {}).resume();
  await sleep(settleMs);
  const { rssMiB } = server;
  for (const s of streams) s.close();
  return {
    what: 'much to hold',
    definition: `resident memory of the API server with ${configMaps} ConfigMaps of 1 KiB, ${pods} Pods and ${watchers} watchers of the ConfigMaps, ${settleMs / 1000} s after the last was made`,
    rssMiB,
  };
}

async function idle(progress: (text: string) => void): Promise<Row> {
  progress(`idle with ${running} pods`);
  await using cluster = await TiphysProcess.start('up', '--nodes', 'sim:10');
  const { client } = cluster;
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const labels = { app: 'idle' };
  const spec = { containers: [{ name: 'main', image: 'registry.example/app:1' }] };
  await post(client, path, {
    metadata: { name: 'idle' },
    spec: { replicas: running, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  for (;;) {
    const { text } = await client.request('GET', `${path}/idle`, { keep: true });
    if ((JSON.parse(text) as { status: { readyReplicas?: number } }).status.readyReplicas === running) break;
    await sleep(200);
  }
  await sleep(settleMs);
  const before = cpuMicros(cluster.pid);
  await sleep(idleSeconds * 1000);
  return {
    what: `idle with ${running} pods`,
    definition: `CPU time per second of a cluster on whose 10 simulated nodes ${running} pods run and nothing happens (10,000 µs are 1 % of a core); resident memory`,
    // Without a look at the event loop, which would wake it a thousand times a second.
    cpuUs: (cpuMicros(cluster.pid) - before) / idleSeconds,
    rssMiB: cluster.rssMiB,
  };
}

async function post(client: LoadClient, path: string, object: object): Promise<void> {
  const { status, text } = await client.request('POST', path, { body: JSON.stringify(object), keep: true });
  if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${text}`);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
