import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { KubeObject } from '@tiphys/sdk/machinery';
import type { LoadClient } from '../bench/load.ts';
import { TiphysProcess } from '../bench/tiphys-process.ts';
import { buildProgram, withoutGo } from '../go/go-program.ts';
import { UpstreamApiServer } from '../go/upstream-apiserver.ts';
import { type EtcdServers, etcds, newerEtcd, startEtcd } from './etcd-servers.ts';
import { workloads } from './workloads.ts';

const range = ['--service-cluster-ip-range', '10.0.0.0/16'];
const ours = (servers: EtcdServers) =>
  TiphysProcess.start('apiserver', '--etcd-servers', servers.endpoints.join(','), ...range);

describe('an etcd that a kube-apiserver 1.36 filled', { skip: withoutGo('kube-apiserver') ?? false }, () => {
  let etcd: () => Promise<EtcdServers>;
  before(() => {
    const program = etcds.find((e) => e.version === newerEtcd)!.program();
    etcd = () => startEtcd(1, { program });
    buildProgram('kube-apiserver');
  });

  for (const media of ['application/vnd.kubernetes.protobuf', 'application/json']) {
    it(`as ${media} is served unchanged, and the other way round`, async () => {
      await using servers = await etcd();
      const theirs = () => UpstreamApiServer.start(servers.endpoints, `--storage-media-type=${media}`);
      const written = await used(await theirs(), async ({ client }) => {
        await fill(client, 'theirs');
        return everything(client);
      });
      assert.ok(written.size > 200, `${written.size} objects`);
      const both = await used(await ours(servers), async ({ client }) => {
        assertSame(await everything(client), written);
        await fill(client, 'ours');
        const deployment = '/apis/apps/v1/namespaces/theirs/deployments/a-deployments';
        assert.equal(await scaled(client, deployment, 3), 2, 'an object of theirs that we changed');
        return everything(client);
      });
      assert.ok(both.size > written.size + workloads.length);
      await used(await theirs(), async ({ client }) => {
        assertSame(await everything(client), both);
        const deployment = '/apis/apps/v1/namespaces/ours/deployments/a-deployments';
        assert.equal(await scaled(client, deployment, 3), 2, 'an object of ours that they changed');
      });
    });
  }

  it('is shared with it: each reads at once what the other has written', async () => {
    await using servers = await etcd();
    await using their = await UpstreamApiServer.start(servers.endpoints);
    await using own = await ours(servers);
    const path = '/api/v1/namespaces/default/configmaps';
    for (let i = 0; i < 30; i++) {
      const [writer, reader] = i % 2 ? [own.client, their.client] : [their.client, own.client];
      const made = await writer.request('POST', path, { body: json({ metadata: { name: `c${i}` } }), keep: true });
      assert.equal(made.status, 201, made.text);
      const { text } = await reader.request('GET', `${path}/c${i}`, { keep: true });
      assert.deepEqual(JSON.parse(text), JSON.parse(made.text));
      const list = await reader.request('GET', path, { keep: true });
      assert.equal((JSON.parse(list.text) as { items: unknown[] }).items.length, i + 1);
      assert.equal((await reader.request('DELETE', `${path}/c${i}`)).status, 200);
      assert.equal((await writer.request('GET', `${path}/c${i}`)).status, 404);
      assert.equal((await writer.request('POST', path, { body: json({ metadata: { name: `c${i}` } }) })).status, 201);
    }
  });
});

async function used<T extends AsyncDisposable, R>(server: T, use: (server: T) => Promise<R>): Promise<R> {
  await using it = server;
  return await use(it);
}

const json = (value: object): string => JSON.stringify(value);

async function fill(client: LoadClient, namespace: string): Promise<void> {
  const make = async (path: string, object: object) => {
    const { status, text } = await client.request('POST', path, { body: json(object), keep: true });
    return { status, text };
  };
  assert.equal((await make('/api/v1/namespaces', { metadata: { name: namespace } })).status, 201);
  await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  const within = json(workloads).replaceAll('NAMESPACE', namespace);
  for (const { path, object } of JSON.parse(within) as typeof workloads) {
    const { status, text } = await make(`/${path}`, object);
    assert.equal(status, 201, `${path}: ${text}`);
  }
  for (const [path, object] of customs(namespace)) {
    const { status, text } = await make(path, object);
    assert.equal(status, 201, `${path}: ${text}`);
    // A new kind is served as soon as somebody has seen to it.
    if (path.endsWith('definitions')) await served(client, object as unknown as KubeObject);
  }
  let made = 0;
  for (const [i, { path, object }] of recorded(namespace).entries()) {
    object.metadata.name += `-${namespace}-${i}`;
    if ((await make(path, object)).status === 201) made++;
  }
  if (recorded(namespace).length) assert.ok(made > 80, `${made} recorded objects`);
}

/** Kinds that are defined, and an object of each: versions that have all in common, and some that have not. */
function customs(namespace: string): [path: string, object: Record<string, unknown>][] {
  const group = `${namespace}.example`;
  const schema = (text: string) => ({
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { text: { type: 'string', default: text }, count: { type: 'integer' } },
          'x-kubernetes-validations': [{ rule: '!has(self.count) || self.count > 0' }],
        },
        status: { type: 'object', properties: { count: { type: 'integer' } } },
      },
    },
  });
  const scale = { specReplicasPath: '.spec.count', statusReplicasPath: '.status.count' };
  const all = {
    subresources: { status: {}, scale },
    additionalPrinterColumns: [{ name: 'Text', type: 'string', jsonPath: '.spec.text', priority: 1 }],
    selectableFields: [{ jsonPath: '.spec.text' }],
  };
  const webhook = { clientConfig: { url: 'https://127.0.0.1:1/' }, conversionReviewVersions: ['v1'] };
  const v1 = { name: 'v1', served: true, storage: true, schema: schema('one') };
  const v2 = { name: 'v2', served: true, storage: false, schema: schema('two') };
  const kinds: Readonly<Record<string, object>> = {
    Alone: { versions: [{ ...v1, ...all }] },
    Common: {
      versions: [
        { ...v1, ...all },
        { ...v1, ...all, name: 'v1beta1', storage: false, deprecated: true },
      ],
    },
    Apart: { versions: [v1, { ...v2, ...all }] },
    Asked: { versions: [v1, { ...v2, served: false }], conversion: { strategy: 'Webhook', webhook } },
    Open: {
      versions: [
        { ...v1, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
      ],
    },
  };
  return Object.entries(kinds).flatMap(([kind, spec]): [string, Record<string, unknown>][] => {
    const plural = `${kind.toLowerCase()}s`;
    const definition = {
      group,
      scope: 'Namespaced',
      names: { kind, plural, shortNames: [kind.toLowerCase()] },
      ...spec,
    };
    const typed = {
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'a' },
      spec: { count: 2 },
      more: { kept: kind },
    };
    return [
      [
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        { metadata: { name: `${plural}.${group}` }, spec: definition },
      ],
      [`/apis/${group}/v1/namespaces/${namespace}/${plural}`, typed],
    ];
  });
}

async function served(client: LoadClient, { metadata }: KubeObject): Promise<void> {
  const [plural, ...group] = metadata.name!.split('.');
  const isThere = async () => (await client.request('GET', `/apis/${group.join('.')}/v1/${plural}`)).status === 200;
  while (!(await isThere())) await sleep(20);
}

/** Objects of the recorded answers, where those are beside the checkout: as many kinds as they have. */
function recorded(namespace: string): { path: string; object: KubeObject }[] {
  const file = new URL('../../../../shared/golden/defaults.jsonl.gz', import.meta.url);
  if (!existsSync(file)) return [];
  const lines = gunzipSync(readFileSync(file)).toString().replaceAll('$ns', namespace).trim().split('\n');
  const steps = lines.flatMap((l) => (JSON.parse(l) as { steps: { m: string; p: string; b?: KubeObject }[] }).steps);
  return steps.flatMap(({ m, p, b }) =>
    m === 'POST' && b?.metadata?.name && !p.includes('dryRun') ? [{ path: p, object: b }] : [],
  );
}

/** How far a change of its size brought an object's generation. */
async function scaled(client: LoadClient, path: string, replicas: number): Promise<number> {
  const { text: was } = await client.request('GET', path, { keep: true });
  const object = JSON.parse(was) as { spec: object };
  const body = json({ ...object, spec: { ...object.spec, replicas } });
  const { status, text } = await client.request('PUT', path, { body, keep: true });
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { metadata: { generation: number } }).metadata.generation;
}

interface Listed {
  readonly message: string;
  readonly kind: string;
  readonly items: readonly KubeObject[];
}

/** Every object of every resource, as lists show them. */
async function everything(client: LoadClient): Promise<Map<string, KubeObject>> {
  const get = async <T>(path: string) => JSON.parse((await client.request('GET', path, { keep: true })).text) as T;
  const { groups } = await get<{ groups: { versions: { groupVersion: string }[] }[] }>('/apis');
  const roots = ['/api/v1', ...groups.flatMap((g) => g.versions.map((v) => `/apis/${v.groupVersion}`))];
  const found = new Map<string, KubeObject>();
  for (const root of roots) {
    const { resources } = await get<{ resources: { name: string; verbs: string[] }[] }>(root);
    for (const { name, verbs } of resources) {
      if (!verbs.includes('list') || name === 'componentstatuses') continue;
      let { items, message = '' } = await get<Partial<Listed>>(`${root}/${name}`);
      // What is defined is told of a moment before it is served.
      for (let i = 0; !items && i < 100; i++) {
        await sleep(100);
        ({ items, message = '' } = await get<Partial<Listed>>(`${root}/${name}`));
      }
      assert.ok(items, `${root}/${name}: ${message}`);
      for (const i of items) found.set(`${root}/${name} ${i.metadata.namespace ?? ''}/${i.metadata.name}`, i);
    }
  }
  return found;
}

/** What each server writes about itself, whoever filled the store. */
const ofTheServer = /endpoint(s|slices) default\/kubernetes$|leases kube-system\/apiserver-/;

function assertSame(actual: ReadonlyMap<string, KubeObject>, wanted: ReadonlyMap<string, KubeObject>): void {
  for (const [what, object] of wanted) if (!ofTheServer.test(what)) assert.deepEqual(actual.get(what), object, what);
}
