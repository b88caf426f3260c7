import { fanOut } from './fan-out.ts';
import { listPages, listWhole } from './listing.ts';
import { drive, type LoadClient } from './load.ts';
import type { Held } from './loop-delay.ts';
import type { Row } from './row.ts';
import { configMap, pod } from './workload.ts';

/** What is asked of an API server, in the same way of ours and of its peers. */
export interface ApiWork {
  readonly what: string;
  readonly definition: string;
  /** What the CPU time is divided by. */
  readonly operations: number;
  /** How it is defined of a server that does nothing but answer, if that can be asked for it. */
  readonly bare?: string;
  /** The work whose objects this one reads. */
  readonly after?: string;
  /** What must have been asked before. */
  prepare(client: LoadClient): Promise<unknown>;
  run(client: LoadClient): Promise<Timings>;
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
const clients = 64;

/** What has to be there before any work is done. */
export async function prepareServer(client: LoadClient): Promise<void> {
  await make(client, '/api/v1/namespaces', { metadata: { name: 'bench' } });
  await make(client, `${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
}

export async function done(work: ApiWork, server: MeasuredServer): Promise<Omit<Row, 'what' | 'definition'>> {
  const { result, ...measured } = await server.measure(work.operations, () => work.run(server.client));
  const { rate, p50Ms, p99Ms } = result;
  return { rate, p50Ms, p99Ms, ...measured };
}

/** What is wanted, and what has to be done for it, in order. */
export function apiWork(wants: (what: string) => boolean): readonly ApiWork[] {
  const wanted = works.filter((w) => wants(w.what));
  return works.filter((w) => wanted.includes(w) || wanted.some(({ after }) => after === w.what));
}

const created = (kind: string) => `durable create, ${kind}`;

const works: readonly ApiWork[] = [
  get(30_000),
  create('ConfigMap', 20_000, configMap, 'the same bodies, stored nowhere'),
  create('Pod', 10_000, pod),
  {
    what: 'LIST 11,000 pods',
    definition: 'all pods in one answer (2.6 KB each), one client, 10 times',
    ...list((client) => listWhole(client, '/api/v1/pods')),
  },
  {
    what: 'LIST in pages of 500',
    definition: 'the same, page after page',
    ...list((client) => listPages(client, '/api/v1/pods', 500)),
  },
  watch(20),
  watch(100),
];

function get(operations: number): ApiWork {
  const run = (client: LoadClient, count: number) =>
    drive({ clients, count, expect: 200 }, () => client.request('GET', `${namespace}/configmaps/read`));
  return {
    what: 'GET 2.6 KB',
    definition: `${operations} GETs of one ConfigMap over TLS and HTTP/2 by ${clients} clients on 4 connections, bearer token and RBAC`,
    operations,
    bare: 'the same bytes, nothing but answered',
    async prepare(client) {
      await make(client, `${namespace}/configmaps`, { metadata: { name: 'read' }, data: { k: 'x'.repeat(2300) } });
      await run(client, 2000);
    },
    run: (client) => run(client, operations),
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
    ...(bare !== undefined && { bare }),
    prepare: (client) => run(client, 'warm', 1000),
    run: (client) => run(client, 'b', operations),
  };
}

function list(read: (client: LoadClient) => ReturnType<typeof listWhole>): Omit<ApiWork, 'what' | 'definition'> {
  const operations = 10;
  return {
    operations,
    after: created('Pod'),
    prepare: read,
    run: (client) => drive({ clients: 1, count: operations, expect: 200 }, () => read(client)),
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
