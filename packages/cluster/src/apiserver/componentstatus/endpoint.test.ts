import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { serverScene, type ServerScene } from '../server-scene.ts';
import type { Component } from './endpoint.ts';

const components: Component[] = [
  { name: 'scheduler', check: () => ({ status: 'False', message: 'connection refused' }) },
];
let scene: ServerScene;
beforeEach(async () => void (scene = await serverScene({ components })));
afterEach(() => scene.stop());

const root = '/api/v1/componentstatuses';
const etcd = { metadata: { name: 'etcd-0' }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] };

test('one is asked when somebody asks', async () => {
  const { status, body, headers } = await scene.ask('GET', `${root}/etcd-0`);
  assert.equal(status, 200);
  assert.deepEqual(body, { kind: 'ComponentStatus', apiVersion: 'v1', ...etcd });
  assert.deepEqual(headers['warning'], ['299 - "v1 ComponentStatus is deprecated in v1.19+"']);
  const { store } = scene.server.deps;
  store.get = () => Promise.reject(new Error('no route'));
  const { conditions } = (await scene.ask('GET', `${root}/etcd-0`)).body;
  assert.deepEqual(conditions, [{ type: 'Healthy', status: 'False', error: 'error getting data from etcd: no route' }]);
  assert.equal((await scene.ask('GET', `${root}/nope`)).message, 'componentstatus "nope" not found');
});

test('all, in each form, and those that are selected', async () => {
  const names = async (query: string) =>
    ((await scene.ask('GET', `${root}?${query}`)).body['items'] as (typeof etcd)[]).map((i) => i.metadata.name);
  assert.deepEqual(await names(''), ['scheduler', 'etcd-0']);
  assert.deepEqual(await names('fieldSelector=metadata.name%3Detcd-0'), ['etcd-0']);
  assert.deepEqual(await names('fieldSelector=metadata.name!%3Detcd-0'), ['scheduler']);
  assert.deepEqual(await names('fieldSelector=metadata.namespace%3Dx'), []);
  assert.deepEqual(await names('labelSelector=a'), []);
  const unknown = await scene.ask('GET', `${root}?fieldSelector=spec.x%3Dy`);
  assert.equal(unknown.message, '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"');
  assert.equal((await scene.ask('GET', `${root}?fieldSelector=x`)).status, 400);
  const asTable = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } };
  const rows = (await scene.ask('GET', root, undefined, asTable)).body['rows'] as { cells: unknown[] }[];
  assert.deepEqual(
    rows.map(({ cells }) => cells),
    [
      ['scheduler', 'Unhealthy', 'connection refused', ''],
      ['etcd-0', 'Healthy', 'ok', ''],
    ],
  );
  const proto = await scene.ask('GET', root, undefined, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
  assert.ok(proto.bytes.subarray(0, 4).equals(Buffer.from('k8s\0')) && proto.bytes.includes('connection refused'));
});

test('nothing else can be done', async () => {
  for (const [method, path] of [
    ['POST', root],
    ['DELETE', `${root}/etcd-0`],
    ['GET', `${root}?watch=1`],
  ] as const)
    assert.equal((await scene.ask(method, path, method === 'POST' ? {} : undefined)).status, 405, `${method} ${path}`);
});
