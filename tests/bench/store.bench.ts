import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { open } from 'lmdb';
import { LmdbBackend, openEtcd, type StoreBackend } from 'tiphys/store';
import { etcd, startEtcd } from '../robustness/etcd-servers.ts';
import { cpuMicros } from './process-usage.ts';
import { watchLoop } from './loop-delay.ts';
import type { Bench, Row } from './row.ts';

const writers = 64;
const runMs = 3000;
const value = Buffer.alloc(2048, 'x');

/** What a durable write costs, beside the engine underneath and beside etcd. */
export const store: Bench = {
  name: 'store',
  async run(progress) {
    progress('lmdb alone');
    const alone = await rawLmdb();
    progress('the embedded store');
    const [creates, overwrites] = await embedded();
    if (!etcd) return [{ ...creates, peers: [alone] }, overwrites];
    progress('etcd');
    return [{ ...creates, peers: [alone, await realEtcd()] }, overwrites];
  },
};

const definitions = {
  'durable create, 2 KiB': `a key compared to be absent and put, synced before it is acknowledged, ${writers} at a time, in process`,
  'durable overwrite, 2 KiB': 'the same of 5,003 keys that are there, read for the event that tells of it',
  'lmdb alone': 'two puts as the embedded store makes, without reading, deciding or telling anybody',
  'etcd 3.4, one member': 'the same create through the etcd engine; CPU of both processes',
};

type Write = (i: number) => Promise<unknown>;

async function measure(what: keyof typeof definitions, write: Write, cpuOfOthers = () => 0): Promise<Row> {
  const latencies: number[] = [];
  let n = 0;
  const start = performance.now();
  const [cpu, others] = [process.cpuUsage(), cpuOfOthers()];
  const held = watchLoop();
  const writer = async () => {
    while (performance.now() - start < runMs) {
      const began = performance.now();
      await write(n++);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  return {
    what,
    definition: definitions[what],
    rate: n / seconds,
    p50Ms: latencies[Math.floor(n * 0.5)]!,
    p99Ms: latencies[Math.floor(n * 0.99)]!,
    cpuUs: (user + system + cpuOfOthers() - others) / n,
    ...held(),
  };
}

/** Keys come in no order, as pods' do. */
const keyOf = (i: number) => `/registry/pods/default/pod-${(i * 7919) % 100_003}-${i}`;

async function rawLmdb(): Promise<Row> {
  return inDirectory(async (path) => {
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
    const env = open<Buffer, Buffer>({ path, overlappingSync: false, pageSize: 8192, ...binary });
    const log = env.openDB<Buffer, Buffer>({ name: 'log', ...binary });
    const keys = env.openDB<Buffer, Buffer>({ name: 'keys', ...binary });
    const empty = Buffer.alloc(5);
    const row = await measure('lmdb alone', (i) => {
      const at = Buffer.alloc(8);
      at.writeUInt32BE(i, 4);
      void log.put(at, Buffer.from(value));
      return keys.put(Buffer.from(keyOf(i)), empty);
    });
    await env.close();
    return row;
  });
}

async function embedded(): Promise<[creates: Row, overwrites: Row]> {
  return inDirectory(async (path) => {
    const store = await LmdbBackend.open(path, { clock: systemClock });
    const creates = await measure('durable create, 2 KiB', create(store));
    const key = (i: number) => `/registry/pods/default/p${(i * 7919) % 5003}`;
    const overwrites = await measure('durable overwrite, 2 KiB', (i) => put(store, key(i)));
    await store.close();
    return [creates, overwrites];
  });
}

async function realEtcd(): Promise<Row> {
  await using servers = await startEtcd(1);
  const store = await openEtcd({ endpoints: servers.endpoints }, { clock: systemClock, random: systemRandom });
  const { pid } = servers.members[0]!.process;
  const row = await measure('etcd 3.4, one member', create(store), () => cpuMicros(pid!));
  await store.close();
  return row;
}

const put = (store: StoreBackend, key: string) => store.txn({ success: [{ op: 'put', key, value }] });

const create =
  (store: StoreBackend): Write =>
  (i) => {
    const key = keyOf(i);
    return store.txn({ compare: [{ key, target: 'mod', is: '=', value: 0 }], success: [{ op: 'put', key, value }] });
  };

async function inDirectory<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), 'tiphys-bench-'));
  try {
    return await use(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}
