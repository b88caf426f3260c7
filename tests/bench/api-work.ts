import { budgets } from './budgets.ts';
import { fanOut } from './fan-out.ts';
import { listPages, listWhole } from './listing.ts';
import { drive, type LoadClient } from './load.ts';
import type { Held } from './loop-delay.ts';
import { configMap, pod } from './workload.ts';

/** What is asked of an API server, in the same way of ours and of its peers. */
export interface ApiWork {
  readonly what: string;
  readonly definition: string;
  /** Of all rounds together. */
  readonly operations: number;
  /** In so many parts it is done, on each server in turn: machines are faster in one minute than in the next. */
  readonly rounds: number;
  /** The share of a kube-apiserver's CPU time that it may take at most. */
  readonly budget?: number;
  /** How it is defined of a server that does nothing but answer, if that can be asked for it. */
  readonly bare?: string;
  /** The work whose objects this one reads. */
  readonly after?: string;
  /** What must have been asked before. */
  prepare(client: LoadClient): Promise<unknown>;
  run(client: LoadClient, round: number): Promise<Timings>;
}

interface Timings {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A server whose processes' CPU time can be told. */
export interface MeasuredServer {
  readonly client: LoadClient;
  measure<T>(operations: number, work: () => Promise<T>): Promise<{ result: T; cpuUs: number } & Partial<Held>>;
}

const namespace = '/api/v1/namespaces/bench';
const rounds = 5;
const clients = 64;

/** What has to be there before any work is done. */
export async function prepareServer(client: LoadClient): Promise<void> {
  await make(client, '/api/v1/namespaces', { metadata: { name: 'bench' } });
  await make(client, `${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
}

type Measured = Timings & { readonly cpuUs: number } & Partial<Held>;

/** The work done on every server, a round after the other. */
export async function done(work: ApiWork, servers: readonly MeasuredServer[]): Promise<Measured[]> {
  const rounds = servers.map((): Measured[] => []);
  for (let round = 0; round < work.rounds; round++) {
    for (const [i, server] of servers.entries()) {
      const operations = work.operations / work.rounds;
      const { result, ...used } = await server.measure(operations, () => work.run(server.client, round));
      rounds[i]!.push({ rate: result.rate, p50Ms: result.p50Ms, p99Ms: result.p99Ms, ...used });
    }
  }
  return rounds.map(together);
}

/** Rates and CPU times of all rounds; latencies as they are in the median one, and the longest that the loop was held in any. */
function together(rounds: readonly Measured[]): Measured {
  const mean = (of: (m: Measured) => number) => rounds.reduce((sum, m) => sum + of(m), 0) / rounds.length;
  const median = (of: (m: Measured) => number) => rounds.map(of).toSorted((a, b) => a - b)[rounds.length >> 1]!;
  const isHeld = rounds.every((m) => m.loopMaxMs !== undefined);
  return {
    rate: 1 / mean((m) => 1 / m.rate),
    p50Ms: median((m) => m.p50Ms),
    p99Ms: median((m) => m.p99Ms),
    cpuUs: mean((m) => m.cpuUs),
    ...(isHeld && {
      loopP99Ms: median((m) => m.loopP99Ms!),
      loopMaxMs: Math.max(...rounds.map((m) => m.loopMaxMs!)),
    }),
  };
}

/** What is wanted, and what has to be done for it, in order. */
export function apiWork(wants: (what: string) => boolean): readonly ApiWork[] {
  const wanted = works.filter((w) => wants(w.what));
  return works.filter((w) => wanted.includes(w) || wanted.some(({ after }) => after === w.what));
}

const created = (kind: string) => `durable create, ${kind}`;

const works: readonly ApiWork[] = [
  { ...get(30_000), budget: budgets.get },
  { ...create('ConfigMap', 20_000, configMap, 'the same bodies, stored nowhere'), budget: budgets.configMap },
  { ...create('Pod', 10_000, pod), budget: budgets.pod },
  {
    what: 'LIST 11,000 pods',
    definition: 'all pods in one answer (2.6 KB each), one client, 10 times',
    ...list((client) => listWhole(client, '/api/v1/pods')),
    budget: budgets.list,
  },
  {
    what: 'LIST in pages of 500',
    definition: 'the same, page after page',
    ...list((client) => listPages(client, '/api/v1/pods', 500)),
  },
  { ...watch(20), budget: budgets.watch20 },
  { ...watch(100), budget: budgets.watch100 },
];

function get(operations: number): ApiWork {
  const run = (client: LoadClient, count: number) =>
    drive({ clients, count, expect: 200 }, () => client.request('GET', `${namespace}/configmaps/read`));
  return {
    what: 'GET 2.6 KB',
    definition: `${operations} GETs of one ConfigMap over TLS and HTTP/2 by ${clients} clients on 4 connections, bearer token and RBAC`,
    operations,
    rounds,
    bare: 'the same bytes, nothing but answered',
    async prepare(client) {
      await make(client, `${namespace}/configmaps`, { metadata: { name: 'read' }, data: { k: 'x'.repeat(2300) } });
      await run(client, 2000);
    },
    run: (client) => run(client, operations / rounds),
  };
}

function create(kind: string, operations: number, objectOf: (name: string) => object, bare?: string): ApiWork {
  const path = `${namespace}/${kind.toLowerCase()}s`;
  const run = (client: LoadClient, names: string, count: number) =>
    drive({ clients, count, expect: 201 }, (i) =>
      client.request('POST', path, { body: JSON.stringify(objectOf(`${names}-${i}`)) }),
    );
  return {
    what: created(kind),
    definition: `${operations} creates (ConfigMaps hold 1 KiB) by ${clients} clients on 4 connections; answered when synced to disk`,
    operations,
    rounds,
    ...(bare !== undefined && { bare }),
    prepare: (client) => run(client, 'warm', 1000),
    run: (client, round) => run(client, `b${round}`, operations / rounds),
  };
}

function list(read: (client: LoadClient) => ReturnType<typeof listWhole>): Omit<ApiWork, 'what' | 'definition'> {
  const operations = 10;
  return {
    operations,
    rounds,
    after: created('Pod'),
    prepare: read,
    run: (client) => drive({ clients: 1, count: operations / rounds, expect: 200 }, () => read(client)),
  };
}

function watch(rate: number): ApiWork {
  const [watchers, seconds] = [1000, 5];
  const ns = `watch-${rate}`;
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  return {
    what: `watch, 1,000 × ${rate}/s`,
    definition: `${watchers} watches of one namespace, ${rate} ConfigMaps of 300 bytes created a second, ${seconds} s; per delivery, times from the create's request to the event at the client`,
    operations: watchers * rate * seconds,
    rounds: 1,
    bare: 'the same bytes to as many streams',
    prepare: (client) => make(client, '/api/v1/namespaces', { metadata: { name: ns } }),
    run: (client) =>
      fanOut(
        { watchers, rate, seconds },
        () => client.stream('GET', `${path}?watch=true`),
        (i, data) => client.request('POST', path, { body: JSON.stringify({ metadata: { name: `e-${i}` }, data }) }),
      ),
  };
}

async function make(client: LoadClient, path: string, object: object): Promise<void> {
  const { status, text } = await client.request('POST', path, { body: JSON.stringify(object), keep: true });
  if (status !== 201 && status !== 409) throw new Error(`POST ${path} was answered ${status}: ${text}`);
}
