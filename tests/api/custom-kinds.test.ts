import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '@tiphys/sdk/machinery';
import { type Cluster, startCluster } from 'tiphys';

/** Controllers that look after every kind, beside a server to which kinds are added. */
let cluster: Cluster;
before(async () => void (cluster = await startCluster({ nodes: 0 })));
after(() => cluster[Symbol.asyncDispose]());

const maps = '/api/v1/namespaces/default/configmaps';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/example.com/v1/namespaces/default/widgets';
const definition = {
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

type Body = JsonObject & { readonly metadata: { readonly uid: string } };

async function ask(method: string, path: string, body?: JsonObject): Promise<{ status: number; body: Body }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await cluster.client.raw({ method, path, headers, ...(body && { body }) });
  return { status: answer.status, body: answer.status === 404 ? ({} as Body) : ((await answer.json()) as Body) };
}

async function made(path: string, body: JsonObject): Promise<Body> {
  const answer = await ask('POST', path, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`it never came to be: ${what}`);
}

const isThere = async (path: string) => (await ask('GET', path)).status === 200;
const comes = (path: string) => eventually(`${path} is there`, () => isThere(path));
const goes = (path: string) => eventually(`${path} is gone`, async () => !(await isThere(path)));

const aWidget = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, ...more },
});
const ownedBy = (apiVersion: string, kind: string, name: string, { metadata: { uid } }: Body): JsonObject => ({
  ownerReferences: [{ apiVersion, kind, name, uid }],
});

test('objects of a kind that was defined since go with their owner, and take their dependents along', async () => {
  await made(definitions, definition);
  await comes(widgets);
  const boss = await made(maps, { metadata: { name: 'boss' } });
  const widget = await made(widgets, aWidget('w', ownedBy('v1', 'ConfigMap', 'boss', boss)));
  await made(maps, { metadata: { name: 'last', ...ownedBy('example.com/v1', 'Widget', 'w', widget) } });
  await ask('DELETE', `${maps}/boss`);
  await goes(`${widgets}/w`);
  await goes(`${maps}/last`);
  // A kind that is gone and comes back is looked after anew.
  await ask('DELETE', `${definitions}/widgets.example.com`);
  await goes(widgets);
  await made(definitions, definition);
  await comes(widgets);
  await made(widgets, aWidget('orphan', ownedBy('v1', 'ConfigMap', 'boss', boss)));
  await goes(`${widgets}/orphan`);
});

test('a namespace takes objects of defined kinds along, and its quota counts them', async () => {
  await made('/api/v1/namespaces', { metadata: { name: 'n' } });
  const quota = '/api/v1/namespaces/n/resourcequotas';
  await made(quota, { metadata: { name: 'q' }, spec: { hard: { 'count/widgets.example.com': '5' } } });
  const used = (count: string) =>
    eventually(`${count} are counted`, async () => {
      const { body } = await ask('GET', `${quota}/q`);
      return (body['status'] as { used?: JsonObject }).used?.['count/widgets.example.com'] === count;
    });
  await used('0');
  const inN = widgets.replace('default', 'n');
  await made(inN, aWidget('w'));
  await used('1');
  await ask('DELETE', `${inN}/w`);
  await used('0');
  // What comes and goes while nobody watches yet a kind that has just come back is counted all the same.
  await ask('DELETE', `${definitions}/widgets.example.com`);
  await goes(widgets);
  await made(definitions, definition);
  await comes(widgets);
  await made(inN, aWidget('brief'));
  await ask('DELETE', `${inN}/brief`);
  await used('0');
  await made(inN, aWidget('w'));
  await ask('DELETE', '/api/v1/namespaces/n');
  await goes('/api/v1/namespaces/n');
  assert.deepEqual((await ask('GET', '/apis/example.com/v1/widgets')).body['items'], []);
});
