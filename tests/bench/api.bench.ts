import { BareServer } from './bare-server.ts';
import { fanOut } from './fan-out.ts';
import { listPages, listWhole } from './listing.ts';
import { drive, type LoadClient } from './load.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';
import { configMap, pod } from './workload.ts';

const namespace = '/api/v1/namespaces/bench';
const clients = 64;

const read = 'GET 2.6 KB';
const created = (kind: string) => `durable create, ${kind}`;
const listed = { whole: 'LIST 11,000 pods', paged: 'LIST in pages of 500' };
const watched = (rate: number) => `watch, 1,000 × ${rate}/s`;

/** The API server alone, over the embedded store, driven from this process on the same machine. */
export const api: Bench = {
  name: 'api',
  async run(progress, wants) {
    await using bare = await BareServer.start();
    await using server = await TiphysProcess.start('apiserver');
    const { client } = server;
    await made(client, '/api/v1/namespaces', { metadata: { name: 'bench' } });
    await made(client, `${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
    const rows: Row[] = [];
    progress('reads');
    if (wants(read)) rows.push(await get(server, bare));
    progress('creates');
    if (wants(created('ConfigMap'))) rows.push(await create(server, bare, 'ConfigMap', 20_000, configMap));
    const pods = [created('Pod'), listed.whole, listed.paged];
    if (pods.some(wants)) rows.push(await create(server, undefined, 'Pod', 10_000, pod));
    progress('lists');
    if (wants(listed.whole) || wants(listed.paged)) rows.push(...(await lists(server)));
    for (const rate of [20, 100]) {
      if (!wants(watched(rate))) continue;
      progress(`watches, ${rate} events/s`);
      rows.push(await watch(server, bare, rate));
    }
    return rows;
  },
};

async function get(server: TiphysProcess, bare: BareServer): Promise<Row> {
  await made(server.client, `${namespace}/configmaps`, { metadata: { name: 'read' }, data: { k: 'x'.repeat(2300) } });
  const count = 30_000;
  const run = (client: LoadClient, path: string, n = count) =>
    drive({ clients, count: n, expect: 200 }, () => client.request('GET', path));
  const path = `${namespace}/configmaps/read`;
  await run(server.client, path, 2000);
  const own = await server.measure(count, () => run(server.client, path));
  await run(bare.client, '/', 2000);
  const base = await bare.measure(count, () => run(bare.client, '/'));
  return {
    what: read,
    definition: `${count} GETs of one ConfigMap over TLS and HTTP/2 by ${clients} clients on 4 connections, bearer token and RBAC`,
    ...line(own),
    peers: [{ what: 'bare node:http2', definition: 'the same bytes, nothing but answered', ...line(base) }],
  };
}

async function create(
  server: TiphysProcess,
  bare: BareServer | undefined,
  kind: string,
  count: number,
  objectOf: (i: string) => object,
): Promise<Row> {
  const path = `${namespace}/${kind.toLowerCase()}s`;
  const run = (client: LoadClient, to: string, names: string, n: number) =>
    drive({ clients, count: n, expect: 201 }, (i) =>
      client.request('POST', to, { body: JSON.stringify(objectOf(`${names}-${i}`)) }),
    );
  await run(server.client, path, 'warm', 1000);
  const own = await server.measure(count, () => run(server.client, path, 'b', count));
  const base = bare && (await bare.measure(count, () => run(bare.client, '/', 'b', count)));
  return {
    what: created(kind),
    definition: `${count} creates (ConfigMaps hold 1 KiB) by ${clients} clients on 4 connections; answered when synced to disk`,
    ...line(own),
    ...(base && { peers: [{ what: 'bare node:http2', definition: 'the same bodies, stored nowhere', ...line(base) }] }),
  };
}

async function lists(server: TiphysProcess): Promise<Row[]> {
  const { client } = server;
  const whole = () => listWhole(client, '/api/v1/pods');
  await whole();
  const times = 10;
  const own = await server.measure(times, () => drive({ clients: 1, count: times, expect: 200 }, whole));
  const pages = () => listPages(client, '/api/v1/pods', 500);
  const paged = await server.measure(times, () => drive({ clients: 1, count: times, expect: 200 }, pages));
  const { bytes } = await whole();
  const size = `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    {
      what: listed.whole,
      definition: `all pods in one answer (${size}), one client, ${times} times`,
      ...line(own),
    },
    { what: listed.paged, definition: 'the same, page after page', ...line(paged) },
  ];
}

async function watch(server: TiphysProcess, bare: BareServer, rate: number): Promise<Row> {
  const [watchers, seconds] = [1000, 5];
  const ns = `watch-${rate}`;
  await made(server.client, '/api/v1/namespaces', { metadata: { name: ns } });
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  const run = (client: LoadClient, from: string, to: string) =>
    fanOut(
      { watchers, rate, seconds },
      () => client.stream('GET', from),
      (i, data) => client.request('POST', to, { body: JSON.stringify({ metadata: { name: `e-${i}` }, data }) }),
    );
  const deliveries = watchers * rate * seconds;
  const own = await server.measure(deliveries, () => run(server.client, `${path}?watch=true`, path));
  const base = await bare.measure(deliveries, () => run(bare.client, '/watch', '/event'));
  return {
    what: watched(rate),
    definition: `${watchers} watches of one namespace, ${rate} ConfigMaps of 300 bytes created a second, ${seconds} s; per delivery, times from the create's request to the event at the client`,
    ...line(own),
    peers: [{ what: 'bare node:http2', definition: 'the same bytes to as many streams', ...line(base) }],
  };
}

function line({
  result,
  ...measured
}: {
  result: { rate: number; p50Ms: number; p99Ms: number };
  cpuUs: number;
  loopP99Ms?: number;
  loopMaxMs?: number;
}) {
  const { rate, p50Ms, p99Ms } = result;
  return { rate, p50Ms, p99Ms, ...measured };
}

async function made(client: LoadClient, path: string, object: object): Promise<void> {
  const { status, text } = await client.request('POST', path, { body: JSON.stringify(object), keep: true });
  if (status !== 201 && status !== 409) throw new Error(`POST ${path} was answered ${status}: ${text}`);
}
