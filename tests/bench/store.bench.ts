import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { open } from 'lmdb';
import { LmdbBackend, openEtcd, type StoreBackend } from 'tiphys/store';
import { etcd, startEtcd } from '../robustness/etcd-servers.ts';

/** 64 writers, each with one durable write of 2 KiB in flight. */
export interface StoreRow {
  readonly what: string;
  readonly writesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** User and system time of all processes involved, per write. */
  readonly cpuMicroseconds: number;
  readonly loopDelayP99Ms: number;
}

const writers = 64;
const runMs = 3000;
const value = Buffer.alloc(2048, 'x');

/**
 * What a durable write costs: lmdb with nothing but a put into each of the embedded store's two trees, the embedded store
 * creating keys and overwriting them, and etcd creating keys, through the same client code and alone on its own disk files.
 */
export async function storeBench(): Promise<StoreRow[]> {
  const rows = [await rawLmdb(), ...(await embedded())];
  if (etcd) rows.push(await realEtcd());
  return rows;
}

type Write = (i: number) => Promise<unknown>;

async function measure(what: string, write: Write, cpuOfOthers = () => 0): Promise<StoreRow> {
  const latencies: number[] = [];
  let n = 0;
  const start = performance.now();
  const [cpu, others] = [process.cpuUsage(), cpuOfOthers()];
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const writer = async () => {
    while (performance.now() - start < runMs) {
      const began = performance.now();
      await write(n++);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  delay.disable();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  return {
    what,
    writesPerSecond: Math.round(n / seconds),
    p50Ms: latencies[Math.floor(n * 0.5)]!,
    p99Ms: latencies[Math.floor(n * 0.99)]!,
    cpuMicroseconds: (user + system + cpuOfOthers() - others) / n,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
  };
}

/** Keys come in no order, as pods' do. */
const keyOf = (i: number) => `/registry/pods/default/pod-${(i * 7919) % 100_003}-${i}`;

async function rawLmdb(): Promise<StoreRow> {
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

async function embedded(): Promise<StoreRow[]> {
  return inDirectory(async (path) => {
    const store = await LmdbBackend.open(path, { clock: systemClock });
    const rows = [
      await measure('embedded store, creates', create(store)),
      await measure('embedded store, overwrites', (i) => put(store, `/registry/pods/default/p${(i * 7919) % 5003}`)),
    ];
    await store.close();
    return rows;
  });
}

async function realEtcd(): Promise<StoreRow> {
  await using servers = await startEtcd(1);
  const store = await openEtcd({ endpoints: servers.endpoints }, { clock: systemClock, random: systemRandom });
  const { pid } = servers.members[0]!.process;
  const row = await measure('etcd, creates', create(store), () => cpuOf(pid!));
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

/** Microseconds of a process so far; the kernel counts hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function inDirectory<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), 'tiphys-bench-'));
  try {
    return await use(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}

if (import.meta.filename === process.argv[1]) console.table(await storeBench());
