import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { LmdbBackend, openEtcd, type StoreBackend } from 'tiphys/store';
import { etcds, type EtcdServers, startEtcd } from '../robustness/etcd-servers.ts';
import { EtcdLoad } from './etcd-load.ts';
import { type FanOut, fanOut } from './fan-out.ts';
import { listPages, listWhole } from './listing.ts';
import { drive } from './load.ts';
import { cpuMicros } from './process-usage.ts';
import type { Bench, Row } from './row.ts';
import { TiphysProcess } from './tiphys-process.ts';
import { configMap, pod } from './workload.ts';

const sizes = [1000, 10_000, 100_000];
const clients = 64;
const [gets, creates, pageSize] = [10_000, 4000, 500];
const events: FanOut = { watchers: 1000, rate: 20, seconds: 5 };
const settleMs = 5000;
const namespace = '/api/v1/namespaces/bench';

/** The API server over each engine with more and more to hold, so that what grows with it shows. */
export const scale: Bench = {
  name: 'scale',
  async run(progress, wants) {
    const rows: Row[] = [];
    for (const open of [lmdb, etcd]) {
      let empty: number | undefined;
      for (const size of sizes) {
        await using engine = await open();
        if (!engine) {
          progress('skipped: there is no etcd');
          break;
        }
        if (!wants(placeOf(engine, size))) continue;
        progress(`${engine.name}, ${size} Pods`);
        empty ??= await emptyMiB(open);
        rows.push(...(await atSize(engine, size, empty)));
      }
    }
    return rows;
  },
};

/** Where an API server stores. */
interface Engine extends AsyncDisposable {
  readonly name: string;
  readonly flags: readonly string[];
  /** The store itself, while no API server uses it. */
  store(): Promise<StoreBackend>;
  /** CPU time of its own processes. */
  readonly cpuMicros: () => number;
  /** To drive it alone, if it can be. */
  readonly alone?: () => EtcdLoad;
}

async function lmdb(): Promise<Engine> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-scale-'));
  return {
    name: 'lmdb',
    flags: ['--data-dir', dir],
    store: () => LmdbBackend.open(join(dir, 'store'), { clock: systemClock }),
    cpuMicros: () => 0,
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The newest that can be had. */
async function etcd(): Promise<Engine | undefined> {
  const found = etcds.findLast((e) => !e.without);
  if (!found) return undefined;
  const servers: EtcdServers = await startEtcd(1, { program: found.program() });
  const { endpoints, members } = servers;
  return {
    name: `etcd ${found.version}`,
    flags: ['--etcd-servers', endpoints.join(',')],
    store: () => openEtcd({ endpoints }, { clock: systemClock, random: systemRandom }),
    cpuMicros: () => cpuMicros(members[0]!.process.pid!),
    alone: () => new EtcdLoad(endpoints[0]!),
    async [Symbol.asyncDispose]() {
      await servers[Symbol.asyncDispose]();
    },
  };
}

/** What a server takes before there is anything to hold. */
async function emptyMiB(open: () => Promise<Engine | undefined>): Promise<number> {
  await using engine = await open();
  if (!engine) return 0;
  await using server = await TiphysProcess.start('apiserver', ...engine.flags);
  await sleep(settleMs);
  return server.rssMiB;
}

async function atSize(engine: Engine, size: number, empty: number): Promise<Row[]> {
  await fill(engine, size);
  const own = await served(engine, size, empty);
  const { alone } = engine;
  if (!alone) return own;
  const peers = await unserved(engine, alone(), size);
  return own.map((row, i) => (peers[i] ? { ...row, peers: [peers[i]] } : row));
}

/** How the names of rows end: `--only 'etcd 3.4, 1,000'` asks for those of one size. */
const placeOf = (engine: Engine, size: number): string => `, ${engine.name}, ${size.toLocaleString('en')}`;

const rowsOf = (engine: Engine, size: number) => (what: string, definition: string, numbers: Partial<Row>) => ({
  what: `${what}${placeOf(engine, size)}`,
  definition: `${definition}, with ${size} Pods of 2.4 KB in ${engine.name}`,
  ...numbers,
});

/** The operations that etcd alone is driven with too come first, in the same order. */
async function served(engine: Engine, size: number, empty: number): Promise<Row[]> {
  await using server = await TiphysProcess.start('apiserver', ...engine.flags);
  const { client } = server;
  const row = rowsOf(engine, size);
  const measure = async <T extends object>(count: number, work: () => Promise<T>): Promise<Partial<Row>> => {
    const before = engine.cpuMicros();
    const { result, cpuUs, ...loop } = await server.measure(count, work);
    return { ...numbersOf(result), ...loop, cpuUs: cpuUs + (engine.cpuMicros() - before) / count };
  };
  await sleep(settleMs);
  const held = server.rssMiB;
  const request = (path: string, body: object) => client.request('POST', path, { body: JSON.stringify(body) });
  const get = (count: number) =>
    drive({ clients, count, expect: 200 }, (i) =>
      client.request('GET', `${namespace}/pods/${nameOf((i * 7919) % size)}`),
    );
  const create = (names: string, count: number) =>
    drive({ clients, count, expect: 201 }, (i) => request(`${namespace}/configmaps`, configMap(`${names}-${i}`)));
  const update = (count: number) =>
    drive({ clients, count, expect: 200 }, (i) => {
      const body = JSON.stringify(changed(`b-${i}`));
      return client.request('PUT', `${namespace}/configmaps/b-${i}`, { body });
    });
  await request('/api/v1/namespaces', { metadata: { name: 'fan-out' } });
  const watched = '/api/v1/namespaces/fan-out/configmaps';
  const idle = Array.from({ length: events.watchers }, () => client.stream('GET', `${watched}?watch=true`));
  for (const s of idle) s.on('error', () => {}).resume();
  await sleep(settleMs);
  const watching = server.rssMiB;
  for (const s of idle) s.close();
  await get(1000);
  await create('warm', 1000);
  const times = size >= 100_000 ? 3 : 10;
  const lists = (list: () => Promise<{ status: number; bytes: number; text: string }>) =>
    drive({ clients: 1, count: times, expect: 200 }, list);
  await listWhole(client, '/api/v1/pods');
  const rows = [
    row('GET', `${gets} GETs of Pods by ${clients} clients`, await measure(gets, () => get(gets))),
    row(
      'durable create',
      `${creates} creates of ConfigMaps of 1 KiB by ${clients} clients`,
      await measure(creates, () => create('b', creates)),
    ),
    row('durable update', 'each of those replaced by another', await measure(creates, () => update(creates))),
    row(
      'LIST',
      `all Pods in one answer, ${times} times`,
      await measure(times, () => lists(() => listWhole(client, '/api/v1/pods'))),
    ),
    row(
      `LIST by ${pageSize}`,
      `the same in pages of ${pageSize}`,
      await measure(times, () => lists(() => listPages(client, '/api/v1/pods', pageSize))),
    ),
    row(
      'watch',
      `${events.watchers} watchers, ${events.rate} events a second, ${events.seconds} s; per delivery`,
      await measure(deliveries, () =>
        fanOut(
          events,
          () => client.stream('GET', `${watched}?watch=true`),
          (i, data) => request(watched, { metadata: { name: `e-${i}` }, data }),
        ),
      ),
    ),
  ];
  return [
    ...rows,
    row('start', 'from exec to the first 200 of /readyz', { p50Ms: server.readyMs }),
    row('held', `resident memory ${settleMs / 1000} s after the start, and what is more than in an empty one by Pod`, {
      rssMiB: held,
      // What comes and goes by itself is more than few take.
      ...(size >= 10_000 && { bytesEach: ((held - empty) * 2 ** 20) / size }),
    }),
    row('idle watchers', `the same with ${events.watchers} watchers of nothing, and what each takes`, {
      rssMiB: watching,
      bytesEach: ((watching - held) * 2 ** 20) / events.watchers,
    }),
  ];
}

const deliveries = events.watchers * events.rate * events.seconds;

/** The same with nobody in between. */
async function unserved(engine: Engine, alone: EtcdLoad, size: number): Promise<Row[]> {
  const measure = async <T extends object>(count: number, work: () => Promise<T>): Promise<Partial<Row>> => {
    const before = engine.cpuMicros();
    const result = await work();
    return { ...numbersOf(result), cpuUs: (engine.cpuMicros() - before) / count };
  };
  const row = (numbers: Partial<Row>) => ({ what: `${engine.name} alone`, definition: '', ...numbers });
  const end = `${prefix}\xff`;
  const times = size >= 100_000 ? 3 : 10;
  const lists = (list: () => Promise<{ status: number; bytes: number; text: string }>) =>
    drive({ clients: 1, count: times, expect: 200 }, list);
  const whole = () => alone.range(prefix, end);
  const pages = async () => {
    for (let i = 0; i < size - pageSize; i += pageSize) await alone.range(keyOf(i), end, pageSize);
    return alone.range(keyOf(size - pageSize), end, pageSize);
  };
  const value = JSON.stringify(configMap('a'));
  const create = () => drive({ clients, count: creates, expect: 200 }, (i) => alone.create(`/alone/${i}`, value));
  const other = JSON.stringify(changed('a'));
  const update = () => drive({ clients, count: creates, expect: 200 }, (i) => alone.update(`/alone/${i}`, other));
  const get = () => drive({ clients, count: gets, expect: 200 }, (i) => alone.get(keyOf((i * 7919) % size)));
  const watched = () => alone.watch('/watched/', '/watched0');
  const rows = [
    row(await measure(gets, get)),
    row(await measure(creates, create)),
    row(await measure(creates, update)),
    row(await measure(times, () => lists(whole))),
    row(await measure(times, () => lists(pages))),
    row(
      await measure(deliveries, () =>
        fanOut(events, watched, (i, data) => alone.create(`/watched/${i}`, `${JSON.stringify(data)}\n`)),
      ),
    ),
  ];
  alone.client.close();
  return rows;
}

const changed = (name: string) => ({ ...configMap(name), data: { k: 'y'.repeat(1024) } });
const prefix = '/registry/pods/bench/';
const nameOf = (i: number) => `p-${String(i).padStart(6, '0')}`;
const keyOf = (i: number) => `${prefix}${nameOf(i)}`;

/** Puts Pods into the store as the API server stores them. */
async function fill(engine: Engine, size: number): Promise<void> {
  const example = await exampleOf(engine);
  const store = await engine.store();
  const together = 100;
  for (let i = 0; i < size; i += together) {
    const success = Array.from({ length: Math.min(together, size - i) }, (_, k) => ({
      op: 'put' as const,
      key: keyOf(i + k),
      value: Buffer.from(example.replaceAll('example', nameOf(i + k))),
    }));
    await store.txn({ success });
  }
  await store.close();
}

async function exampleOf(engine: Engine): Promise<string> {
  {
    await using server = await TiphysProcess.start('apiserver', ...engine.flags);
    const make = async (path: string, body: object) => {
      const { status, text } = await server.client.request('POST', path, { body: JSON.stringify(body), keep: true });
      if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${text}`);
    };
    await make('/api/v1/namespaces', { metadata: { name: 'bench' } });
    await make(`${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
    await make(`${namespace}/pods`, pod('example'));
  }
  const store = await engine.store();
  const key = `${prefix}example`;
  const { item } = await store.get(key);
  await store.txn({ success: [{ op: 'delete', key }] });
  await store.close();
  return Buffer.from(item!.value).toString();
}

function numbersOf(timing: object): Partial<Row> {
  const { rate, p50Ms, p99Ms } = timing as Row;
  return { rate: rate!, p50Ms: p50Ms!, p99Ms: p99Ms! };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
